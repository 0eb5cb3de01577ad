"""People, the counters of refused sign-ins, and the journal of commands. All times are microseconds UTC."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class People(BaseUserManager["User"]):
    """Finds people by login name, without regard to case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this login name."""
        return self.get(login=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Roles are Django groups by the names in `policies.ROLES`.

    `enterprise` and `site` are the person's scope in the factory half; an empty site means every one of the enterprise.
    In the city half `enterprise` is the credit code of an applicant's firm, `town` the code of an officer's town; an
    empty town means every town.
    """

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    name_latin = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    enterprise = models.CharField(max_length=40, default="own")
    site = models.CharField(max_length=40, blank=True)
    town = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    fictional = models.BooleanField(default=False)
    created_at = models.BigIntegerField()

    last_login = None
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.name


class RefusedSignIns(models.Model):
    """How often signing in failed lately for one account or from one address, and until when it is shut."""

    key = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField()
    last_at = models.BigIntegerField()
    shut_until = models.BigIntegerField(default=0)


class AppendOnly(models.QuerySet["Entry"]):
    """Rows can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("the journal is append-only")

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError("the journal is append-only")


class Entry(models.Model):
    """One command that took effect: who, what, when by the client's and the server's clock, and what came of it.

    `key` is the command's idempotency key: the same key again answers with `outcome` and does nothing.
    """

    key = models.UUIDField(unique=True)
    command = models.CharField(max_length=60)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    enterprise = models.CharField(max_length=40)
    site = models.CharField(max_length=40, blank=True)
    at_client = models.BigIntegerField(null=True)
    at_server = models.BigIntegerField()
    params_hash = models.CharField(max_length=64)
    outcome = models.JSONField()

    objects = AppendOnly.as_manager()

    class Meta:
        """Read by time and by person."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at_server"], name="journal_time"),
            models.Index(fields=["actor", "at_server"], name="journal_actor"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; changing one is refused."""
        if not self._state.adding:
            raise TypeError("the journal is append-only")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("the journal is append-only")
