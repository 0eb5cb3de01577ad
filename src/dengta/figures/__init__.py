"""The hand that draws: a view dataclass in, an SVG string out. Texts come in the reader's language."""

from dengta.figures.distribution import DistributionBar, DistributionView, distribution_svg
from dengta.figures.oee_matrix import MatrixCell, MatrixRow, MatrixView, matrix_svg
from dengta.figures.pareto import ParetoBar, ParetoView, pareto_svg
from dengta.figures.share_bar import share_bar_svg
from dengta.figures.spark import spark_svg
from dengta.figures.state_band import NARROW, WIDTH, BandView, Mark, Shade, state_band_svg
from dengta.figures.strip import StripView, strip_svg
from dengta.figures.tracks import Track, TrackSpan, TracksView, tracks_svg
from dengta.figures.trend import TrendLine, TrendView, trend_svg
from dengta.figures.waterfall import WaterfallStep, WaterfallView, waterfall_svg

__all__ = [
    "NARROW",
    "WIDTH",
    "BandView",
    "DistributionBar",
    "DistributionView",
    "Mark",
    "MatrixCell",
    "MatrixRow",
    "MatrixView",
    "ParetoBar",
    "ParetoView",
    "Shade",
    "StripView",
    "Track",
    "TrackSpan",
    "TracksView",
    "TrendLine",
    "TrendView",
    "WaterfallStep",
    "WaterfallView",
    "distribution_svg",
    "matrix_svg",
    "pareto_svg",
    "share_bar_svg",
    "spark_svg",
    "state_band_svg",
    "strip_svg",
    "tracks_svg",
    "trend_svg",
    "waterfall_svg",
]
