"""The pure craft of the commerce room: reading orders out of rows, matching refunds, telling kinds."""
