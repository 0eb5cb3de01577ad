"""Programmes as data: a folder each. No code knows a city by name."""

from importlib.resources import files


def known() -> tuple[str, ...]:
    """The programmes there are."""
    return tuple(sorted(one.name for one in files(__name__).iterdir() if one.joinpath("rules.toml").is_file()))


def cities() -> tuple[str, ...]:
    """The programmes that keep a register of their own: those with towns and a published series."""
    return tuple(name for name in known() if files(__name__).joinpath(name, "towns.toml").is_file())


def rules(programme: str) -> str:
    """The text of a programme's articles. FileNotFoundError where there is none."""
    return files(__name__).joinpath(programme, "rules.toml").read_text("utf-8")


def editions() -> tuple[str, ...]:
    """The questionnaires there are."""
    names = (one.name for one in files(__name__).joinpath("common").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def edition(name: str) -> str:
    """The text of a questionnaire. FileNotFoundError where there is none."""
    return files(__name__).joinpath("common", f"{name}.toml").read_text("utf-8")


def city(name: str) -> tuple[str, str]:
    """The texts of a city's towns and of its published series. FileNotFoundError where there are none."""
    folder = files(__name__).joinpath(name)
    return folder.joinpath("towns.toml").read_text("utf-8"), folder.joinpath("series.toml").read_text("utf-8")


def targets(name: str) -> str:
    """The text of the targets that documents of a city state; "" where there are none."""
    file = files(__name__).joinpath(name, "targets.toml")
    return file.read_text("utf-8") if file.is_file() else ""


def sample_words() -> str:
    """The text of the words that names of sample firms are made of."""
    return files(__name__).joinpath("common", "sample", "names.toml").read_text("utf-8")


def capability_models() -> tuple[str, ...]:
    """The capability models there are."""
    names = (one.name for one in files(__name__).joinpath("common", "capability").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def capability(name: str) -> str:
    """The text of a capability model. FileNotFoundError where there is none."""
    return files(__name__).joinpath("common", "capability", f"{name}.toml").read_text("utf-8")


def ladder(name: str) -> str:
    """The text of a ladder of tiers. FileNotFoundError where there is none."""
    return files(__name__).joinpath("common", "ladder", f"{name}.toml").read_text("utf-8")
