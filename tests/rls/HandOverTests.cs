using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Leaving, removal, account deletion" of access-rules.md: what becomes of what a member leaves behind.</summary>
public sealed class HandOverTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Remove = "select public.remove_member([owner])";

    // What the remover does, and who owns the work then. "member" manages members and views documents; "admin" and
    // then "can_view_audit" administer.
    public static readonly TheoryData<string, string, string[]> Removals = new()
    {
        { "member", "admin", ["select public.set_member_manager([owner], [member])", Remove] },
        { "member", "admin", ["select public.set_member_manager([owner], [member]), public.remove_member([owner])"] },
        // Handed over to a manager, who is removed in turn, and was below the remover.
        { "member", "admin", ["select public.set_member_manager([manager], [member])", Remove, "select public.remove_member([manager])"] },
        { "member", "left", ["select public.set_member_manager([owner], [left])", Remove] },
        { "member", "admin", ["select public.set_member_manager([owner], null)", Remove] },
        { "admin", "can_view_audit", ["select public.set_member_manager([owner], [admin])", Remove] },
        { "admin", "can_view_audit", ["select public.set_member_manager([owner], null)", Remove] },
        // Nobody else administers any more.
        { "admin", "admin", ["select public.set_member_role([can_view_audit], [member role])", "select public.set_member_manager([owner], [admin])", Remove] },
        { "admin", "admin", ["select public.remove_member([can_view_audit])", "select public.set_member_manager([owner], null)", Remove] },
    };

    [Theory]
    [MemberData(nameof(Removals))]
    public async Task The_remover_inherits_only_if_nobody_else_administers_and_the_audit_says_so(string who, string heir, string[] steps)
    {
        await Db.As("admin").Make("both", """
            insert into public."Role" ("name", "permissions", "organizationId")
            values ('both', '{"can_manage_members": true, "can_view_documents": true}', [Acme])
            """);
        await Db.Do("select public.set_member_role([member], [both]), public.set_member_role([can_view_audit], [admin role])");
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [admin]""");
        await Db.Do("""update public."User" set "joinedAt" = '2002-02-02' where "id" = [can_view_audit]""");
        await Db.As(who);
        foreach (var step in steps)
        {
            await Db.Do(step);
        }

        await Owns(heir);
        await Db.As("owner");
        Assert.Equal(heir == who ? ["admin"] : [], await Inherited());
    }

    // Whoever owns nothing leaves nothing to say.
    [Theory]
    [InlineData("owner", "")]
    [InlineData("owner", "Chat")]
    [InlineData("owner", "Document")]
    [InlineData("left", null)]
    public async Task Auditors_and_the_removed_person_see_that_the_remover_inherited(string removed, string? gone)
    {
        if (gone is { Length: > 0 })
        {
            await Db.As("owner").Do($"""delete from public."{gone}" where "organizationId" is not null""");
        }

        await Db.As("admin").Do($"select public.set_member_manager([{removed}], null), public.remove_member([{removed}])");
        foreach (var (who, sees) in new[] { (removed, true), ("admin", true), ("can_view_audit", true), ("manager", false), ("can_manage_members", false), ("rival", false) })
        {
            await Db.As(who);
            Assert.Equal(sees && gone is not null ? ["admin"] : [], await Inherited());
        }
    }

    // An operator's login at psql has no identity, so that nobody has removed.
    [Fact]
    public async Task Without_a_remover_it_is_a_leaving()
    {
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null where "id" = [owner]""");
        await Owns("manager");
    }

    [Theory]
    [InlineData("owner", "select public.leave_organization()")]
    [InlineData("admin", Remove)]
    [InlineData("can_manage_members", Remove)]
    [InlineData("owner", "select public.delete_account()")]
    public async Task Chats_and_documents_go_to_the_manager(string who, string sql)
    {
        Assert.True(await Db.As(who).Ask<bool>(sql));
        await Owns("manager");

        Assert.Equal(Outcome.Yes, await Db.As("manager").Try("""update public."Chat" set "title" = 'mine now' where "id" = [chat]"""));
        Assert.Equal(2, (await Db.List("""select "title" from public."Document" where "id" = [document]""")).Count);
    }

    [Theory]
    [InlineData("owner", "select public.leave_organization()")]
    [InlineData("can_manage_members", Remove)]
    [InlineData("can_view_audit", Remove)]
    [InlineData("owner", "select public.delete_account()")]
    public async Task Without_a_manager_they_go_to_the_longest_standing_administrator(string who, string sql)
    {
        // can_manage_documents joined before every administrator; can_view_audit administers too, but came last.
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "managerId" = null where "id" = [owner]""");
        await Db.Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [can_manage_documents]""");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2002-02-02' where "id" = [can_manage_chats]""");
        await Db.Do("""update public."User" set "joinedAt" = '2003-03-03' where "id" = [admin]""");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2004-04-04' where "id" = [can_view_audit]""");
        Assert.True(await Db.As(who).Ask<bool>(sql));
        await Owns("can_manage_chats");
    }

    [Theory]
    [InlineData("owner", "select public.leave_organization()")]
    [InlineData("admin", Remove)]
    public async Task Messages_and_suggestions_keep_their_author_and_personal_rows_their_owner(string who, string sql)
    {
        await Db.As(who).Do(sql);
        Assert.Equal("owner", await OwnerOf("Message", "[message]"));
        Assert.Equal("member", await OwnerOf("Message", "[answer]"));
        Assert.Equal("owner", await OwnerOf("Suggestion", "[suggestion]"));
        await Owns("owner", "[personal chat]", "[personal document]");
        Assert.Equal("member", await OwnerOf("Chat", "[another chat]"));
    }

    [Theory]
    [InlineData("manager", "select public.leave_organization()")]
    [InlineData("admin", "select public.remove_member([manager])")]
    [InlineData("manager", "select public.delete_account()")]
    public async Task Reports_move_up_to_the_persons_own_manager(string who, string sql)
    {
        await Db.As(who).Do(sql);
        Assert.Equal("director", await ManagerOf("owner"));

        await Db.As("director").Do("select public.leave_organization()");
        Assert.Equal("", await ManagerOf("owner"));
    }

    [Theory]
    [InlineData("select public.leave_organization()")]
    [InlineData("select public.delete_account()")]
    public async Task The_longest_standing_administrator_hands_over_to_the_next(string sql)
    {
        await Rows.Chat(Db, "organization", "admin", "admins chat");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2002-02-02' where "id" = [can_view_audit]""");
        await Db.Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [admin]""");
        Assert.True(await Db.As("admin").Ask<bool>(sql));
        Assert.Equal("can_view_audit", await OwnerOf("Chat", "[admins chat]"));
    }

    // No function leaves a row behind in an organization that its owner is no member of; an operator's hand may.
    [Fact]
    public async Task Rows_in_another_organization_are_not_handed_over_in_this_one()
    {
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "managerId" = [owner] where "id" = [member]""");
        await Db.Leave("owner");
        await Db.AsRole("rlschat_test_functions").Do("""
            update public."User" set "organizationId" = [Globex], "roleId" = [member role], "managerId" = [rival], "joinedAt" = now() where "id" = [owner]
            """);
        await Db.As("owner").Make("new chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Globex])""");
        await Db.Make("new document", """insert into public."Document" ("title", "organizationId") values ('d', [Globex])""");
        Assert.True(await Db.Ask<bool>("select public.leave_organization()"));

        await Owns("rival", "[new chat]", "[new document]");
        await Owns("owner");
        Assert.Equal("owner", await ManagerOf("member"));
    }

    [Fact]
    public async Task The_last_administrator_stays_while_others_do()
    {
        Assert.Equal("RC003", await Db.As("admin").Error("select public.leave_organization()"));
        Assert.Equal("RC003", await Db.Error("select public.delete_account()"));
        Assert.Equal("RC003", await Db.Error("""delete from public."User" """));
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("RC003", await Db.Error("""update public."User" set "roleId" = [member role] where "id" = [admin]"""));
        Assert.Equal("RC003", await Db.Error("""update public."User" set "organizationId" = null, "roleId" = null, "joinedAt" = null where "id" = [admin]"""));

        // A role that holds as much is not the built-in one. With a second administrator, the first may go.
        await Db.As("admin").Do("select public.set_member_role([can_view_audit], [admin role])");
        Assert.Null(await Db.Error("select public.leave_organization()"));
        Assert.Null(await Db.Error("select public.delete_account()"));
        Assert.Null(await Db.As("can_view_audit").Error("select public.remove_member([admin])"));
        Assert.Null(await Db.Error("select public.set_member_role([admin], [member role])"));
    }

    [Theory]
    [InlineData("select public.leave_organization()")]
    [InlineData("""delete from public."Organization" """)]
    public async Task With_its_last_member_an_organization_ends_and_its_rows_go_personal(string sql)
    {
        Db.Remember("Solo", await Db.As("loner").Ask<Guid>("select public.create_organization('Solo')"));
        await Db.Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Solo])""");
        await Db.Make("document", """insert into public."Document" ("title", "organizationId") values ('d', [Solo])""");
        await Db.Do("""insert into public."Role" ("name", "organizationId") values ('clerk', [Solo])""");
        await Db.Do("select public.invite_member('x@test', [member role], sha256('x'))");
        await Db.Do(sql);

        Assert.Equal(["private "], await Db.List("""select concat("visibility", ' ', "organizationId") from public."Chat" where "id" = [chat]"""));
        Assert.Equal([""], await Db.List("""select "organizationId" from public."Document" where "id" = [document]"""));
        Assert.Equal([" "], await Db.List("""select concat("organizationId", ' ', "roleId") from public."User" """));
        await Owns("loner");
        Assert.Equal(["0"], await Db.List(
            """
            select (select count(*) from public."Organization" where "id" = [Solo])
              + (select count(*) from public."Role" where "organizationId" = [Solo])
              + (select count(*) from public."Invitation" where "organizationId" = [Solo])
            """));
    }

    protected override async Task Prepare()
    {
        await Db.As("owner");
        foreach (var (name, organization) in new[] { ("", "[Acme]"), ("personal ", "null") })
        {
            await Db.Make(name + "chat", $"""insert into public."Chat" ("title", "organizationId") values ('c', {organization})""");
            await Db.Make(name + "document", $"""insert into public."Document" ("title", "organizationId") values ('d', {organization})""");
        }

        await Db.Do("""insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], '2000-01-01', 'first', [Acme])""");
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.Make("suggestion", """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") values ([document], '2000-01-01', 'a', 'b')""");
        await Db.As("member").Make("answer", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.Make("another chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Acme])""");
    }

    private async Task Owns(string who, string chat = "[chat]", string document = "[document]")
    {
        Assert.Equal(who, await OwnerOf("Chat", chat));
        Assert.Equal(who, await OwnerOf("Document", document));
    }

    // Every row of that id has the same owner, or this fails.
    private async Task<string> OwnerOf(string table, string id)
    {
        return Assert.Single(await Db.AsRole("rlschat_backup").List(
            $"""select distinct split_part(u."email", '@', 1) from public."{table}" t join public."User" u on u."id" = t."userId" where t."id" = {id}"""));
    }

    // Who inherited from a person whom they removed, as whoever is asking reads it.
    private Task<List<string>> Inherited() => Db.List(
        """
        select case "actorId" when [admin] then 'admin' end from public."AuditEvent"
        where "action" = 'remover_inherited' and "target" = 'User' and "targetId" = "subjectId"::text and "organizationId" = [Acme]
        """);

    private async Task<string> ManagerOf(string who)
    {
        return Assert.Single(await Db.AsRole("rlschat_backup").List(
            $"""select split_part(m."email", '@', 1) from public."User" u left join public."User" m on m."id" = u."managerId" where u."id" = [{who}]"""));
    }
}
