"""The web application for any WSGI server; its settings come from the environment."""

from app.factory import create_app

app = create_app()
