"""The rig of situations, for versions of the rules."""

from tests.reconciliation.detect.conftest import bench

__all__ = ["bench"]
