"""Findings: coded checks, each with one of six outcomes and a sentence saying why."""

from fairfuse_core.audit.findings.registry import CHECKS, Check, run_checks

__all__ = ["CHECKS", "Check", "run_checks"]
