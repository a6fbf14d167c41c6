"""What nobody knew: open questions, their answers, and telling the visitor."""

from __future__ import annotations

from deskapp.services.base import Service


class QuestionService(Service):
    """What nobody knew: open questions, their answers, and telling the visitor."""
