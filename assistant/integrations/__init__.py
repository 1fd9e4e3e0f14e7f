"""The shop for those who compose their own programs: LangChain here, HTTP and MCP in `assistant.server`."""
