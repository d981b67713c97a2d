using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>
/// The tags that a change may expect. RC015: the row has none of them, and nothing changes; who may
/// not change it is told that first, and so learns nothing of its tag.
/// </summary>
public sealed class PreconditionTests(Theatre theatre) : Drama(theatre)
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
    public async Task Members(string row, string who, string verb, string expected)
    {
        await Play.As("admin");
        Play.Remember("tag", await Play.Ask<string>("""select "tag" from public."Colleague" where "id" = [owner]"""));
        await Matrix.Check(Play, row, who, verb, expected, Verbs[verb], """select u::text from public."User" u order by "id" """);
    }

    [Fact]
    public async Task A_members_tag_changes_with_what_is_seen_of_them_and_with_nothing_else()
    {
        const string tag = """select "tag" from public."Colleague" where "id" = [owner]""";
        await Play.As("admin");
        var tags = new List<string> { await Play.Ask<string>(tag) };
        foreach (var change in new[]
        {
            "select public.set_member_manager([owner], null)",
            "select public.set_member_role([owner], [role of can_view_audit])",
            """update public."Role" set "name" = 'renamed' where "id" = [role of can_view_audit]""",
        })
        {
            await Play.Do(change);
            tags.Add(await Play.Ask<string>(tag));
        }

        Assert.Equal(4, tags.Distinct().Count());
        await Play.As("owner");
        await Play.Do("""insert into public."Chat" ("title") values ('unseen')""");
        await Play.AsRole("rlschat_owner");
        await Play.Do("""alter table public."User" no force row level security""");
        await Play.Do("""update public."User" set "creditBalance" = 17 where "id" = [owner]""");
        await Play.Do("""alter table public."User" force row level security""");
        await Play.As("admin");
        Assert.Equal(tags[^1], await Play.Ask<string>(tag));
    }

    [Fact]
    public async Task A_document_that_changes_owner_changes_its_version()
    {
        await Play.As("owner");
        Play.Remember("paper", await Play.Ask<Guid>("""insert into public."Document" ("title", "organizationId") values ('a', [Acme]) returning "id" """));
        Assert.Equal(1, await Play.Ask<int>("""select "version" from public."Document" where "id" = [paper]"""));
        await Play.Do("select public.leave_organization()");
        await Play.As("manager");
        Assert.Equal(2, await Play.Ask<int>("""select "version" from public."Document" where "id" = [paper]"""));
    }
}
