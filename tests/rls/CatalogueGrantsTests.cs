using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What the roles behind the functions may do with tables: no more than the functions do. (What people may
/// is in the tests of each table.)
/// </summary>
public sealed class CatalogueGrantsTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Granted = """
        auth_definer AuditEvent insert (action, actorId, details, organizationId, subjectId, target, targetId)
        auth_definer Chat insert (id, title, userId), select, update (userId)
        auth_definer CreditEntry insert (amount, grantedBy, reason, userId), select (balance)
        auth_definer Document insert (id, title, userId), select, update (userId)
        auth_definer Event insert, select
        auth_definer Invitation select, update (acceptedAt)
        auth_definer Message insert (chatId, createdAt, id, parts, role, userId), select
        auth_definer Organization delete, insert, select, update (name)
        auth_definer Quota insert, select, update (used)
        auth_definer Role insert, select, update
        auth_definer Stream insert (chatId, id, userId), select, update (activeAt, finishedAt, messageId, octets)
        auth_definer StreamChunk insert, select
        auth_definer Suggestion insert (documentCreatedAt, documentId, id, originalText, suggestedText, userId)
        auth_definer User insert, select, update
        auth_definer Vote insert (id, message_id, user_id, value), select
        auth_definer accounts delete, insert, select, update
        auth_definer sessions delete, insert, select, update
        auth_definer verificationToken delete, insert, select
        rlschat_purge AuditEvent delete
        rlschat_purge Event delete
        rlschat_purge IdempotencyKey delete
        rlschat_purge Invitation delete
        rlschat_purge Quota delete
        rlschat_purge Stream select (activeAt, finishedAt, id)
        rlschat_purge StreamChunk delete
        rlschat_purge sessions delete
        rlschat_purge verificationToken delete
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
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
              and g.grantee not in ('rlschat_owner', 'regular_user', 'anonymous', 'rlschat_backup')
            group by g.grantee, c.oid, c.relname order by g.grantee collate "C", c.relname collate "C"
            """));
}
