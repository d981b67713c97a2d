using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"AuditEvent" of access-rules.md: who reads what happened. What leaves a trace is in AuditTests.</summary>
public sealed class AuditEventTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."AuditEvent" where "id" = [event]""",
        ["insert"] = """insert into public."AuditEvent" ("action", "target", "actorId") values ('x', 'y', [admin])""",
        ["update"] = """update public."AuditEvent" set "actorId" = [rival] where "id" = [event]""",
        ["update_all"] = """update public."AuditEvent" set "details" = '{}'""",
        ["upsert"] = """insert into public."AuditEvent" ("id", "action", "target") overriding system value values ([event], 'x', 'y') on conflict ("id") do update set "action" = 'x'""",
        ["merge"] = """merge into public."AuditEvent" e using (values (1)) v on e."id" = [event] when matched then delete""",
        ["delete"] = """delete from public."AuditEvent" where "id" = [event]""",
        ["delete_all"] = """delete from public."AuditEvent" """,
        ["truncate"] = """truncate public."AuditEvent" """,
    };

    // rival may view the audit of another organization.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                   read   insert update update_all upsert merge  delete delete_all truncate
        by can_manage_members about owner in Acme:
          owner               yes    denied denied denied     denied denied denied denied     denied
          can_manage_members  yes    denied denied denied     denied denied denied denied     denied
          admin               yes    denied denied denied     denied denied denied denied     denied
          can_view_audit      yes    denied denied denied     denied denied denied denied     denied
          others              hidden denied denied denied     denied denied denied denied     denied
          anonymous           denied denied denied denied     denied denied denied denied     denied
        who                   read
        about left in Acme:
          left                yes
          can_view_audit      yes
          member              hidden
          rival               hidden
        by left in Acme:
          left                yes
          can_view_audit      yes
          member              hidden
        of loner, in no organization:
          loner               yes
          others              hidden
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        var (actor, deed) = row switch
        {
            "about left in Acme" => ("admin", "select public.set_member_role([left], [role of can_view_audit])"),
            "by left in Acme" => ("left", """update public."Chat" set "visibility" = 'public' where "id" = [chat]"""),
            "of loner, in no organization" => ("loner", """update public."Chat" set "visibility" = 'public' where "id" = [chat]"""),
            _ => ("can_manage_members", "select public.set_member_manager([owner], null)"),
        };
        await Db.As(actor).Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', auth.organization_id())""");
        await Db.Do(deed);
        Db.Remember("event", await Db.AsRole("rlschat_backup").Ask<long>("""select max("id") from public."AuditEvent" """));
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select e::text from public."AuditEvent" e order by "id" """);
    }

    [Fact]
    public async Task Grants_are_these() =>
        Assert.Equal("regular_user select *", await Grants.On(Db, "AuditEvent"));
}
