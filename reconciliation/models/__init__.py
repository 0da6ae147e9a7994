"""Reconciliation's tables: files and their lines, matches, runs, exception cases, the daily close."""

from reconciliation.models.activity import Activity
from reconciliation.models.auto_rules import AutoRule, RuleAct
from reconciliation.models.cases import CaseEntry, CaseLink, CaseState, ExceptionCase
from reconciliation.models.closes import CloseSnapshot, CloseState, DailyClose
from reconciliation.models.column_maps import ColumnMapVersion
from reconciliation.models.files import BankStatement, FileState, SettlementBatch, SourceFile
from reconciliation.models.lines import BankLine, LineTax, PspLine
from reconciliation.models.matches import Match, SuspenseItem
from reconciliation.models.matching_rules import BackTest, MatchingRules, RunRules
from reconciliation.models.reasons import Clock, ReasonCode, Severity, Team
from reconciliation.models.runs import LookupAnswer, ReconciliationRun, RunState
from reconciliation.models.saved_views import SavedView
from reconciliation.models.sources import FileSource, LyingFile, PullState, SourceKind, SourcePull
from reconciliation.models.watches import Alert, AlertState, Watch

__all__ = [
    "Activity",
    "Alert",
    "AlertState",
    "AutoRule",
    "BackTest",
    "BankLine",
    "BankStatement",
    "CaseEntry",
    "CaseLink",
    "CaseState",
    "Clock",
    "CloseSnapshot",
    "CloseState",
    "ColumnMapVersion",
    "DailyClose",
    "ExceptionCase",
    "FileSource",
    "FileState",
    "LookupAnswer",
    "LyingFile",
    "Match",
    "LineTax",
    "MatchingRules",
    "PspLine",
    "PullState",
    "ReasonCode",
    "ReconciliationRun",
    "RunState",
    "RuleAct",
    "RunRules",
    "SavedView",
    "SettlementBatch",
    "Severity",
    "SourceFile",
    "SourceKind",
    "SourcePull",
    "SuspenseItem",
    "Team",
    "Watch",
]
