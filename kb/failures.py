"""Say in a sentence what a user can mend: a wrong setting, a database or a file that cannot be used."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kb.settings import PREFIX, Settings

_DATABASE_REMEDY = (
    f"Check {PREFIX}DATABASE_URL and {PREFIX}DATA_DIR: that the server runs and lets you in, "
    "or that the file is the knowledge base and can be written."
)
_FILE_REMEDY = f"Check its name and its rights; {PREFIX}DATA_DIR names the folder of the database and the index."


def describe_failure(error: Exception) -> list[str] | None:
    """Return one sentence for each thing to mend, or None where the error is a fault of our own.

    What a database says is never repeated: it holds the statement with its values, which are customers' data.
    """
    if isinstance(error, ValidationError):
        return _describe_settings(error) if error.title == Settings.__name__ else None
    if isinstance(error, SQLAlchemyError):
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        return [f"The database cannot be used ({type(cause).__name__}). {_DATABASE_REMEDY}"]
    if isinstance(error, OSError):
        named = f"The file or folder {error.filename}" if error.filename else "A file or a connection"
        return [f"{named} cannot be used: {error.strerror or type(error).__name__}. {_FILE_REMEDY}"]
    return None


def _describe_settings(error: ValidationError) -> list[str]:
    sentences = []
    for details in error.errors(include_input=False, include_url=False):
        name = str(details["loc"][0]) if details["loc"] else ""
        is_ours = details["type"] == "value_error"  # What pydantic would put "Value error, " before.
        said = details["ctx"]["error"] if is_ours else details["msg"]
        field = Settings.model_fields.get(name)
        example = f" Write for example {PREFIX}{name.upper()}={field.examples[0]}." if field and field.examples else ""
        sentences.append(f"{PREFIX}{name.upper()} cannot be used: {said}.{example}")
    return sentences
