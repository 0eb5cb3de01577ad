"""The hand that draws: a view dataclass in, an SVG string out. Texts come in the reader's language."""

from dengta.figures.state_band import BandView, Mark, Shade, state_band_svg
from dengta.figures.strip import StripView, strip_svg

__all__ = ["BandView", "Mark", "Shade", "StripView", "state_band_svg", "strip_svg"]
