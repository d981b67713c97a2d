using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Document" of access-rules.md: grants, everything that each person sees, the chain of managers, and leaving.</summary>
public sealed partial class DocumentTests
{
    private const string Titles = """select "title" from public."Document" """;

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        regular_user select *
        regular_user insert content, createdAt, id, organizationId, text, title, userId
        regular_user delete *
        """,
        await Grants.On(Db, "Document"));

    [Fact]
    public async Task Everyone_sees_their_documents_and_the_organizations_of_those_below_them_and_no_other()
    {
        foreach (var who in new[] { "owner", "member", "manager", "director", "left", "rival", "outsider", "can_manage_documents" })
        {
            await Rows.Document(Db, $"{who}'s personal".Replace("'", "''", StringComparison.Ordinal), who);
            await Rows.Document(Db, $"{who}'s".Replace("'", "''", StringComparison.Ordinal), who);
        }

        await Rows.Document(Db, "loner''s personal", "loner");
        await Db.Leave("left");
        await Expect.Seen(Db, Titles, """
            owner: owner's, owner's personal
            member: member's, member's personal
            manager: manager's, manager's personal, owner's
            director: director's, director's personal, manager's, owner's
            admin: can_manage_documents's, director's, left's, manager's, member's, owner's
            can_view_documents: can_manage_documents's, director's, left's, manager's, member's, owner's
            can_manage_documents: can_manage_documents's, can_manage_documents's personal, director's, left's, manager's, member's, owner's
            can_manage_members:
            can_manage_organization:
            left: left's personal
            outsider: outsider's, outsider's personal
            rival: outsider's, rival's, rival's personal
            loner: loner's personal
            operator:
            """);
    }

    [Fact]
    public async Task A_manager_who_leaves_sees_nothing_of_their_reports_and_who_is_above_still_does()
    {
        await Stand("organization");
        await Db.As("manager");
        Assert.Equal(["organization"], await Db.List(Titles));
        await Db.Do("select public.leave_organization()");
        Assert.Equal([], await Db.List(Titles));
        await Db.As("director");
        Assert.Equal(["organization"], await Db.List(Titles));
    }

    [Fact]
    public async Task A_manager_who_left_sees_nothing_even_if_their_reports_still_name_them()
    {
        await Stand("organization");
        await Db.Leave("manager");
        await Db.As("manager");
        Assert.Equal([], await Db.List(Titles));

        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Globex], "roleId" = [member role], "joinedAt" = now() where "id" = [manager]""");
        await Db.As("manager");
        Assert.Equal([], await Db.List(Titles));
        Assert.Equal([], await Db.List("select unnest(auth.report_ids())"));
    }

    // No function lets a manager and their report part like this; an operator's hand may.
    [Fact]
    public async Task A_chain_that_leads_through_another_organization_ends_there()
    {
        await Stand("organization");
        await Db.As("director");
        Assert.Equal(["organization"], await Db.List(Titles));
        await Db.AsRole("rlschat_owner");
        await Db.Do("""alter table public."User" disable trigger _200_membership""");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Globex] where "id" = [manager]""");
        foreach (var who in new[] { "director", "manager" })
        {
            await Db.As(who);
            Assert.Equal([], await Db.List(Titles));
        }
    }

    [Fact]
    public async Task What_an_owner_leaves_behind_is_their_managers()
    {
        await Stand("organization");
        await Rows.Document(Db, "personal", People.Owner, "diary");
        await Db.As(People.Owner);
        await Db.Do(Verbs["version"]);
        await Db.Do("select public.leave_organization()");
        Assert.Equal(["personal"], await Db.List(Titles));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete"]));
        Assert.Equal(Outcome.Denied, await Db.Try(Hijack.Replace("[later]", "'2101-01-01'", StringComparison.Ordinal)));
        await Db.As("manager");
        Assert.Equal(2, await Db.Do(Verbs["delete"]));
    }

    [Fact]
    public async Task A_deleted_accounts_documents_stay_in_the_organization_and_go_elsewhere()
    {
        await Stand("organization");
        await Rows.Document(Db, "personal", People.Owner, "diary");
        await Db.As(People.Owner);
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal([Fixture.World["manager"].ToString()], await Db.List("""select "userId" from public."Document" where "id" = [document]"""));
        Assert.Equal([], await Db.List("""select 1 from public."Document" where "id" = [diary]"""));
    }

    [Theory]
    [InlineData("can_view_documents")]
    [InlineData("can_manage_documents")]
    public async Task Who_no_longer_holds_the_permission_sees_and_deletes_nothing(string who)
    {
        await Stand("organization");
        await Db.As(who);
        Assert.Equal(["organization"], await Db.List(Titles));
        await Db.As("admin");
        await Db.Do($$"""update public."Role" set "permissions" = '{}' where "id" = [role of {{who}}]""");
        await Db.As(who);
        Assert.Equal([], await Db.List(Titles));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
    }
}
