"""The form that all forms build on: the token against forged requests and Chinese messages."""

from typing import ClassVar

from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose built-in messages are Chinese."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms brings the Chinese messages itself."""

        locales: ClassVar[list[str]] = ["zh"]
