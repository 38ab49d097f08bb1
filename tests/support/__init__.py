"""What the tests stand on. No test is in here.

Values, to be said in few words:
    clock                a clock that a test sets
    news, stories        deliveries and events; whole stories of them, also drawn by Hypothesis
    snapshots            one order, as people look at it
    decisions            an order as the platform shows it, and what is decided of it
    reading              a document, read by its source's profile
    good_settings        settings that are right, for tests that change one
    credentials          the credentials of one account, on each platform
    answers              what a platform answers about one order, and what is read from it
    signing              the signature, by a stranger's arithmetic

Stand-ins for what is outside:
    fakes                the port `Intake` in memory
    fake_order_api       the port `OrderApi` in memory: a strict platform, and what can go wrong with a call
    peer                 a platform on a socket, which sends the bytes that a test wants
    dialects             how each platform writes its answers
    strange_answers      a platform that keeps its orders correctly and answers wrongly
    strange_requests     requests that nobody should send

Parts of the house, without its processes:
    front_door           the receiver on a fake journal
    wire                 the receiver's real server in a thread, and raw bytes to it
    stage                the worker: the use case over the real journal, on a clock to set
    limits               the calls that its account may still make
    searches             news of orders that are known by a number only
    puppets              several such workers that move only when a test pulls
    shop                 a journal in which things happen
    door                 an operator's door, over a few orders
    commands             the command line
    tables               what stands in the journal
    at_once, blocked     the same call in many threads; a transaction that waits for another

The whole house, in processes:
    programs             a process: started, frozen, killed, and always ended
    house                sandbox, Valkey, receiver and worker
    neighbour            the same with a second account, which is busy
    two_accounts         the same with a second account, which is on another platform
    demos                the demo, in a pipe or on a terminal, and what it leaves behind
    sandbox_account      one account at a sandbox, and the control of the sandbox
    sandboxes            every platform, and the settings with which a command finds it
    courier              who posts to it
    traffic, troubles    a day's news of many orders; what befalls the house meanwhile
    database_in_trouble  what is asked of a database that does not answer

The pages of the repository:
    pages                their tables, examples, links and headings
"""
