-- What members see of each other: a view, because column grants on "User" cannot tell a colleague
-- from oneself. Its owner reads "User" by policy; the view keeps to one organization. It is ordered
-- because the planner cannot use an index for an order that is asked of a view with a barrier.
create or replace view public."Colleague" with (security_barrier) as
  select u."id", u."email", u."organizationId", u."roleId", u."managerId",
    encode(sha256(convert_to(jsonb_build_array(u."email", u."managerId", u."roleId",
      (select r."name" from public."Role" r where r."id" = u."roleId"))::text, 'UTF8')),
      'hex') as "tag"
  from public."User" u
  where u."organizationId" = (select auth.organization_id())
  order by u."id";
alter view public."Colleague" owner to identity_definer;
grant select on public."Colleague" to regular_user;
grant select ("id", "tag") on public."Colleague" to membership_definer;
comment on view public."Colleague" is
  'Members of the caller''s organization, including the caller, without balance and password. '
  '"tag" changes with the visible columns and the role''s name.';
