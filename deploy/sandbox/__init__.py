"""The sandbox: a strict simulator of one platform's order API. See README.md beside this file.

`app` has two parts: `order_api`, as a vendor has it, and `control`, for tests. `exchange` is one call: the order of its
checks, which `platform` and the package of each platform fill in. `state` is what a reset replaces: the orders, the
call log, the faults and the rate limit. `faults` lists the kinds, and `fault_injection` turns one into a response.

It imports nothing of `worker` or `webhook_receiver`, so that it checks our signatures, fields and steps independently.
Where the vendor's documentation allows two readings, the sandbox takes the stricter one.
"""
