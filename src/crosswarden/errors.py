"""Every error that crosswarden raises on purpose.

    CrosswardenError            anything below; carries a stable code, a sentence and, where there is one, the remedy
    ├── UsageError              the command line or a setting cannot be carried out          exit code 2
    ├── QueryError              a KQL query is wrong or asks for what does not run here      exit code 2
    ├── InputError              a file cannot be read or is not what it has to be            exit code 3
    ├── LakeError               the lake cannot be opened, read or committed to              exit code 3
    └── RefusedError            a token, policy or request was judged and refused            exit code 1

Messages name the thing (file, line, column, key), what was found, and what would fit; they never say "you".
"""

from __future__ import annotations

__all__ = ["CrosswardenError", "InputError", "LakeError", "QueryError", "RefusedError", "UsageError"]


class CrosswardenError(Exception):
    """A failure with a stable code, one sentence, and the remedy where one is known.

    >>> str(CrosswardenError("x-1", "the file ends early", remedy="export it again"))
    'the file ends early; export it again'
    """

    exit_code = 2

    def __init__(self, code: str, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.sentence}; {self.remedy}" if self.remedy else self.sentence


class UsageError(CrosswardenError):
    """The command line or a setting cannot be carried out."""


class QueryError(CrosswardenError):
    """A KQL query is wrong, or asks for something that does not run here."""


class InputError(CrosswardenError):
    """A file cannot be read, or is not what it has to be."""

    exit_code = 3


class LakeError(CrosswardenError):
    """The lake cannot be opened, read or committed to."""

    exit_code = 3


class RefusedError(CrosswardenError):
    """Something was judged and refused: a token, a policy, a request."""

    exit_code = 1
