"""What several tests use. No test is in here.

Values in short:
    clock                a clock that a test sets
    events               events and deliveries, also drawn by Hypothesis
    couriers             what every courier that the program knows sends, with examples of its own documentation
    two_couriers         deliveries of two couriers of one account
    snapshots            one order, as an operator sees it
    generated_snapshots  any mixture of what a database can hold about one order
    decisions            an order as the platform shows it, and what the rules decide about it
    reading              a document, read by the profile of its source
    good_settings        valid settings, for tests that change one of them
    credentials          the credentials of one account, on each platform
    answers              what a platform answers about one order, and what its client reads
    signing              the signature, computed without the code under test

Fakes of what is outside the program:
    fakes                the ports `Intake` and `WakeUps` in memory
    fake_order_api       the port `OrderApi` in memory: a strict platform, and the faults of its calls
    watched_platform     that platform with people, caches and late writes, which judges every write
    peer                 a platform on a socket, which sends any bytes
    dialects             how each platform writes its answers
    strange_answers      a platform that keeps its orders correctly and answers wrongly
    strange_requests     requests that no sender should make
    fastbox              an invented courier on the command line
    invented             invented couriers, each with a profile for the case
    healing              deliveries with words that nobody knows yet, and what an operator does about them
    hostile              deliveries and profile files that nobody should make

Parts of the program, without its processes:
    receiver             the receiver on a fake database
    console_pages        the addresses of the console's pages
    console_client       the console on a real database, and a browser of it without a network
    wire                 the receiver's real server in a thread, and raw bytes to it
    trials               trials of profiles, with what they print
    harness              the reconciler and the intake over the real database, a fake platform and a clock
    limits, searches     the call limit of an account; events that name their order by a number
    call_limits          the call limits of processes that share one budget, in memory
    scans                scans of one account, over lists that a test writes
    steppers             several workers that move only when a test says so
    operators            an operator, over a few orders
    console_user         a user of the console's pages, without a server
    commands, terminal   the command line, in a pipe and on a terminal
    slots                slots that a test occupies, and those of a worker on a harness
    backlogs             a backlog for the loop *due*, and reconciliations that a test lets end
    tables, integrity    what the database's tables hold, and whether they agree
    at_once, blocked     one call in many threads; a transaction that waits for another
    database_in_trouble  helpers for tests of a database that does not answer
    network, pooler      a network that falls silent; a pooler of transactions before PostgreSQL
    nginx                a real nginx with the sample of `deploy`
    strangers            crowds without a secret, who are slow, or read nothing
    brokers              Redis and RabbitMQ on this machine, empty for each test
    forging, impostor    messages that somebody else writes into the queue; a broker or database without a right name
    own_postgresql       a PostgreSQL server that a test stops and starts

The whole program, in processes:
    programs             a process: started, frozen, killed, and always ended
    installation         sandbox, Valkey, receiver and worker
    busy_account         an installation with a second account, which has many due orders
    two_accounts         an installation with a second account, on the other platform
    local_http           a client of the programs on this machine
    demos                the demo, in a pipe or on a terminal, and what it leaves behind
    sandbox_account      one account at a sandbox, and the control of the sandbox
    sandbox_api          the sandbox's order API and control API
    sandboxes            every platform, and the settings with which a command finds it
    courier              the senders of webhooks
    traffic, kills       the events of many orders; what happens to the installation meanwhile
    stuck_orders         orders that are stuck in eighteen ways, and what is said of them
    console, browser     an installation with a console; people with a browser, who notice what its pages do wrong
    hostile_rows         a database in which every text from outside would do harm
    killed_receiver      a receiver that is killed between a commit and its answers

The pages of the repository:
    pages                their tables, examples, links and headings
    page_secrets         the secrets in their examples, which the settings refuse
"""
