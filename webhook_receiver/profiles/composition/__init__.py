"""Makes a delivery as a courier would send it, by its profile, for `fulfillment send` and for the demo.

`compose` chooses the status and checks what was made; `writing` fills the document, `drafts` sets single fields, and
`credentials` signs. It imports the engine, the schema and `webhook_receiver.sources`. The receiver never imports it.
"""
