-- An invitation that "expires" before there was a calendar cannot be read by the API: one such row, which
-- who manages members could write by SQL of their own, failed the whole list for their colleagues.

-- The table is small: open invitations and thirty days of past ones.
-- squawk-ignore-file constraint-missing-not-valid
alter table public."Invitation"
  drop constraint "Invitation_expires_check",
  add constraint "Invitation_expires_check"
    check ("expires" between '1970-01-01' and "createdAt" + interval '30 days');
