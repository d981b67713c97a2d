using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What the roles behind the functions may do with tables and views: no more than the functions do. A hijacked function reaches
/// no table, command or column that is not listed here. (What people may do is in the tests of each table.)
/// </summary>
public sealed class CatalogueGrantsTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Granted = """
        builtin_definer Chat insert, select
        builtin_definer Document insert, select
        builtin_definer Message insert, select
        builtin_definer Role insert, select, update (name, permissions)
        builtin_definer Stream insert, select
        builtin_definer StreamChunk insert, select
        builtin_definer Suggestion insert, select
        builtin_definer User insert, select
        builtin_definer Vote insert, select
        builtin_definer accounts insert, select
        builtin_definer sessions insert, select
        chat_definer Message insert (chatId, createdAt, id, parts, role, userId)
        chat_definer Stream select, update (activeAt, finishedAt, messageId, octets)
        chat_definer StreamChunk select (data, index, streamId)
        credit_definer CreditEntry insert (amount, grantedBy, reason, userId), select (balance)
        credit_definer Quota insert, select, update (used)
        credit_definer User select (creditBalance, id), update (creditBalance)
        identity_definer Chat select (id, organizationId, userId)
        identity_definer Document select (id, userId)
        identity_definer Role select (id, name, organizationId, permissions)
        identity_definer User select (email, id, managerId, organizationId, roleId)
        identity_definer sessions select (expires, familyId, id, impersonatorId, revoked, secretDigest, userId)
        live_definer Chat select
        live_definer Event select
        live_definer Message select
        live_definer Role select (id, name)
        live_definer Stream select
        live_definer StreamChunk select (data, index, streamId)
        live_definer User select (email, id, managerId, organizationId, roleId)
        live_definer Vote select
        live_definer sessions select (expires, familyId, id, revoked, secretDigest, userId)
        membership_definer Chat select (id, organizationId, userId), update (userId)
        membership_definer Colleague select (id, tag)
        membership_definer Document select (id, organizationId, userId), update (userId)
        membership_definer Invitation select, update (acceptedAt)
        membership_definer Organization delete, insert (name), select (id), update (name)
        membership_definer Role select (id, organizationId, permissions)
        membership_definer User select (email, emailVerified, id, joinedAt, managerId, organizationId, roleId), update (joinedAt, managerId, organizationId, roleId)
        record_definer AuditEvent insert (action, actorId, details, organizationId, subjectId, target, targetId)
        record_definer Chat select (id, organizationId, userId, visibility)
        record_definer Event insert (chatId, kind, organizationId, rowId, snapshot, userId, visibility)
        record_definer Message select (chatId, id)
        record_definer User select (email, id)
        rlschat_purge AuditEvent delete
        rlschat_purge Event delete
        rlschat_purge IdempotencyKey delete
        rlschat_purge Invitation delete
        rlschat_purge Quota delete
        rlschat_purge Stream select (activeAt, finishedAt, id)
        rlschat_purge StreamChunk delete
        rlschat_purge sessions delete
        rlschat_purge verificationToken delete
        sign_in_definer User insert (email, id, password), select (email, emailVerified, id, organizationId, password), update (email, emailVerified, password)
        sign_in_definer accounts delete, insert (provider, providerAccountId, scope, type, userId), select (provider, providerAccountId, userId), update (access_token, expires_at, id_token, refresh_token, token_type)
        sign_in_definer sessions delete, insert (client, createdAt, expires, familyId, impersonatorId, lastUsed, secretDigest, sessionToken, userId), select, update (client, expires, lastUsed, revoked, rotated, secretDigest, sessionToken, uses)
        sign_in_definer verificationToken delete, insert, select
        """;

    [Fact]
    public async Task Functions_reach_no_further_than_this() => Assert.Equal(
        Granted.Split('\n'),
        await Db.List("""
            select concat_ws(' ', g.grantee, c.relname, string_agg(g.what, ', ' order by g.what collate "C"))
            from pg_class c cross join lateral (
              select case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end as grantee, lower(privilege_type) as what
              from aclexplode(c.relacl)
              union all
              select case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee)::text end,
                lower(x.privilege_type) || ' (' || string_agg(a.attname, ', ' order by a.attname collate "C") || ')'
              from pg_attribute a cross join aclexplode(a.attacl) x where a.attrelid = c.oid group by x.grantee, x.privilege_type) g
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
              and g.grantee not in (pg_get_userbyid(c.relowner), 'regular_user', 'anonymous', 'rlschat_backup')
            group by g.grantee, c.oid, c.relname order by g.grantee collate "C", c.relname collate "C"
            """));
}
