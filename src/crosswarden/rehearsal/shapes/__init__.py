"""The shapes in which logs are exported, one a module."""

from crosswarden.rehearsal.shapes.choice import SHAPES, USUAL, Exports, choose
from crosswarden.rehearsal.shapes.setting import Setting, Shape

__all__ = ["SHAPES", "USUAL", "Exports", "Setting", "Shape", "choose"]
