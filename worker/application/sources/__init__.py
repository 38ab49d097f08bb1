"""Sources and profiles: `overview` finds them, `descriptions` says what a profile is, `checking` checks one."""
