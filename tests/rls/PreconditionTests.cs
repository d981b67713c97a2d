using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// The tags that a change may expect. RC015: the row has none of them, and nothing changes; who may
/// not change it is told that first, and so learns nothing of its tag.
/// </summary>
public sealed class PreconditionTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Tag = "array['other', [tag]::text]";

    // "now": the tag that a colleague reads; "old": another one; "none": no tag matches.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["role_now"] = $"select public.set_member_role([owner], [role of can_manage_members], {Tag})",
        ["role_old"] = "select public.set_member_role([owner], [role of can_manage_members], array['old'])",
        ["role_none"] = "select public.set_member_role([owner], [role of can_manage_members], array[]::text[])",
        ["manager_now"] = $"select public.set_member_manager([owner], null, {Tag})",
        ["manager_old"] = "select public.set_member_manager([owner], null, array['old'])",
        ["remove_now"] = $"select public.remove_member([owner], {Tag})",
        ["remove_old"] = "select public.remove_member([owner], array['old'])",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner", """
            who                 role_now role_old role_none manager_now manager_old remove_now remove_old
            admin               yes      RC015    RC015     yes         RC015       yes        RC015
            can_manage_members  yes      RC015    RC015     yes         RC015       yes        RC015
            member              denied   denied   denied    denied      denied      denied     denied
            owner               denied   denied   denied    denied      denied      denied     denied
            outsider            hidden   hidden   hidden    hidden      hidden      hidden     hidden
            anonymous           denied   denied   denied    denied      denied      denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task Members(string row, string who, string verbs, string expected)
    {
        Db.Remember("tag", await Db.As("admin").Ask<string>("""select "tag" from public."Colleague" where "id" = [owner]"""));
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select u::text from public."User" u order by "id" """);
    }

    [Fact]
    public async Task A_members_tag_changes_with_what_is_seen_of_them_and_with_nothing_else()
    {
        const string tag = """select "tag" from public."Colleague" where "id" = [owner]""";
        var tags = new List<string> { await Db.As("admin").Ask<string>(tag) };
        foreach (var change in new[]
        {
            "select public.set_member_manager([owner], null)",
            "select public.set_member_role([owner], [role of can_view_audit])",
            """update public."Role" set "name" = 'renamed' where "id" = [role of can_view_audit]""",
        })
        {
            await Db.Do(change);
            tags.Add(await Db.Ask<string>(tag));
        }

        Assert.Equal(4, tags.Distinct().Count());
        await Db.As("owner").Do("""insert into public."Chat" ("title") values ('unseen')""");
        await Db.AsRole("rlschat_owner").Do("""alter table public."User" no force row level security""");
        await Db.Do("""update public."User" set "creditBalance" = 17 where "id" = [owner]""");
        await Db.Do("""alter table public."User" force row level security""");
        Assert.Equal(tags[^1], await Db.As("admin").Ask<string>(tag));
    }

    [Fact]
    public async Task A_document_that_changes_owner_changes_its_version()
    {
        await Db.As("owner").Make("document", """insert into public."Document" ("title", "organizationId") values ('a', [Acme])""");
        Assert.Equal(1, await Db.Ask<int>("""select "version" from public."Document" where "id" = [document]"""));
        await Db.Do("select public.leave_organization()");
        Assert.Equal(2, await Db.As("manager").Ask<int>("""select "version" from public."Document" where "id" = [document]"""));
    }
}
