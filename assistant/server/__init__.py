"""The HTTP service: `assistant.server.app.create_app` makes an ASGI application of an opened `Assistant`."""
