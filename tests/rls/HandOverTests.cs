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
    public async Task Whoever_removes_inherits_only_where_nobody_else_administers_and_the_audit_says_so(string who, string heir, string[] steps)
    {
        await Db.As("admin");
        Db.Remember("both", await Db.Ask<Guid>("""
            insert into public."Role" ("name", "permissions", "organizationId")
            values ('both', '{"can_manage_members": true, "can_view_documents": true}', [Acme]) returning "id"
            """));
        await Db.Do("select public.set_member_role([member], [both]), public.set_member_role([can_view_audit], [admin role])");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [admin]""");
        await Db.Do("""update public."User" set "joinedAt" = '2002-02-02' where "id" = [can_view_audit]""");
        await Db.As(who);
        foreach (var step in steps)
        {
            await Db.Do(step);
        }

        Assert.Equal(heir, await OwnerOf("Chat", "[chat]"));
        Assert.Equal(heir, await OwnerOf("Document", "[document]"));
        await Db.As("owner");
        Assert.Equal(heir == who ? ["admin"] : [], await Inherited());
    }

    // Whoever owns nothing leaves nothing to say.
    [Theory]
    [InlineData("owner", "")]
    [InlineData("owner", "Chat")]
    [InlineData("owner", "Document")]
    [InlineData("left", null)]
    public async Task That_the_remover_inherited_is_seen_by_auditors_and_by_who_was_removed(string removed, string? gone)
    {
        if (gone is { Length: > 0 })
        {
            await Db.As("owner");
            await Db.Do($"""delete from public."{gone}" where "organizationId" is not null""");
        }

        await Db.As("admin");
        await Db.Do($"select public.set_member_manager([{removed}], null), public.remove_member([{removed}])");
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
        Assert.Equal("manager", await OwnerOf("Chat", "[chat]"));
        Assert.Equal("manager", await OwnerOf("Document", "[document]"));
    }

    [Theory]
    [InlineData("owner", "select public.leave_organization()")]
    [InlineData("admin", Remove)]
    [InlineData("can_manage_members", Remove)]
    [InlineData("owner", "select public.delete_account()")]
    public async Task Chats_and_documents_go_to_the_manager(string who, string sql)
    {
        await Db.As(who);
        Assert.True(await Db.Ask<bool>(sql));
        Assert.Equal("manager", await OwnerOf("Chat", "[chat]"));
        Assert.Equal("manager", await OwnerOf("Document", "[document]"));

        await Db.As("manager");
        Assert.Equal(Outcome.Yes, await Db.Try("""update public."Chat" set "title" = 'mine now' where "id" = [chat]"""));
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
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "managerId" = null where "id" = [owner]""");
        await Db.Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [can_manage_documents]""");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2002-02-02' where "id" = [can_manage_chats]""");
        await Db.Do("""update public."User" set "joinedAt" = '2003-03-03' where "id" = [admin]""");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2004-04-04' where "id" = [can_view_audit]""");
        await Db.As(who);
        Assert.True(await Db.Ask<bool>(sql));
        Assert.Equal("can_manage_chats", await OwnerOf("Chat", "[chat]"));
        Assert.Equal("can_manage_chats", await OwnerOf("Document", "[document]"));
    }

    [Fact]
    public async Task An_administrator_who_leaves_hands_over_to_the_next()
    {
        await Db.As("admin");
        Db.Remember("chat", await Db.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('a', [Acme]) returning "id" """));
        await Db.Do("select public.set_member_role([can_view_audit], [admin role])");
        await Db.Do("select public.leave_organization()");
        Assert.Equal("can_view_audit", await OwnerOf("Chat", "[chat]"));
    }

    [Theory]
    [InlineData("owner", "select public.leave_organization()")]
    [InlineData("admin", Remove)]
    public async Task Messages_and_suggestions_keep_their_author_and_personal_rows_their_owner(string who, string sql)
    {
        await Db.As(who);
        await Db.Do(sql);
        Assert.Equal("owner", await OwnerOf("Message", "[message]"));
        Assert.Equal("member", await OwnerOf("Message", "[answer]"));
        Assert.Equal("owner", await OwnerOf("Suggestion", "[suggestion]"));
        Assert.Equal("owner", await OwnerOf("Chat", "[personal chat]"));
        Assert.Equal("owner", await OwnerOf("Document", "[personal document]"));
        Assert.Equal("member", await OwnerOf("Chat", "[another chat]"));
    }

    [Fact]
    public async Task Role_manager_and_organization_are_cleared()
    {
        await Db.As("owner");
        await Db.Do("select public.leave_organization()");
        Assert.Equal([""], await Db.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """));
    }

    [Theory]
    [InlineData("manager", "select public.leave_organization()")]
    [InlineData("admin", "select public.remove_member([manager])")]
    [InlineData("manager", "select public.delete_account()")]
    public async Task Reports_move_up_to_the_persons_own_manager(string who, string sql)
    {
        await Db.As(who);
        await Db.Do(sql);
        Assert.Equal("director", await ManagerOf("owner"));

        await Db.As("director");
        await Db.Do("select public.leave_organization()");
        Assert.Equal("", await ManagerOf("owner"));
    }

    [Theory]
    [InlineData("select public.leave_organization()")]
    [InlineData("select public.delete_account()")]
    public async Task What_the_longest_standing_administrator_leaves_goes_to_the_next(string sql)
    {
        await Rows.Chat(Db, "organization", "admin", "admins chat");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "roleId" = [admin role], "joinedAt" = '2002-02-02' where "id" = [can_view_audit]""");
        await Db.Do("""update public."User" set "joinedAt" = '2001-01-01' where "id" = [admin]""");
        await Db.As("admin");
        Assert.True(await Db.Ask<bool>(sql));
        Assert.Equal("can_view_audit", await OwnerOf("Chat", "[admins chat]"));
    }

    // No function leaves a row behind in an organization that its owner is no member of; an operator's hand may.
    [Fact]
    public async Task What_stands_in_another_organization_is_not_handed_over_in_this_one()
    {
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "managerId" = [owner] where "id" = [member]""");
        await Db.Leave("owner");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""
            update public."User" set "organizationId" = [Globex], "roleId" = [member role], "managerId" = [rival], "joinedAt" = now() where "id" = [owner]
            """);
        await Db.As("owner");
        Db.Remember("new chat", await Db.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Globex]) returning "id" """));
        Db.Remember("new document", await Db.Ask<Guid>("""insert into public."Document" ("title", "organizationId") values ('d', [Globex]) returning "id" """));
        Assert.True(await Db.Ask<bool>("select public.leave_organization()"));

        Assert.Equal("rival", await OwnerOf("Chat", "[new chat]"));
        Assert.Equal("rival", await OwnerOf("Document", "[new document]"));
        Assert.Equal("owner", await OwnerOf("Chat", "[chat]"));
        Assert.Equal("owner", await OwnerOf("Document", "[document]"));
        Assert.Equal("owner", await ManagerOf("member"));
    }

    [Fact]
    public async Task The_last_administrator_stays_while_others_do()
    {
        await Db.As("admin");
        Assert.Equal("RC003", await Db.Error("select public.leave_organization()"));
        Assert.Equal("RC003", await Db.Error("select public.delete_account()"));
        Assert.Equal("RC003", await Db.Error("""delete from public."User" """));
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("RC003", await Db.Error("""update public."User" set "roleId" = [member role] where "id" = [admin]"""));
        Assert.Equal("RC003", await Db.Error("""update public."User" set "organizationId" = null, "roleId" = null, "joinedAt" = null where "id" = [admin]"""));

        // A role that holds as much is not the built-in one. With a second administrator, the first may go.
        await Db.As("admin");
        await Db.Do("select public.set_member_role([can_view_audit], [admin role])");
        Assert.Null(await Db.Error("select public.leave_organization()"));
        Assert.Null(await Db.Error("select public.delete_account()"));
        await Db.As("can_view_audit");
        Assert.Null(await Db.Error("select public.remove_member([admin])"));
        Assert.Null(await Db.Error("select public.set_member_role([admin], [member role])"));
    }

    [Theory]
    [InlineData("select public.leave_organization()")]
    [InlineData("""delete from public."Organization" """)]
    public async Task With_its_last_member_an_organization_ends_and_its_rows_go_personal(string sql)
    {
        await Db.As("loner");
        Db.Remember("Solo", await Db.Ask<Guid>("select public.create_organization('Solo')"));
        Db.Remember("chat", await Db.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Solo]) returning "id" """));
        Db.Remember("document", await Db.Ask<Guid>("""insert into public."Document" ("title", "organizationId") values ('d', [Solo]) returning "id" """));
        await Db.Do("""insert into public."Role" ("name", "organizationId") values ('clerk', [Solo])""");
        await Db.Do("select public.invite_member('x@test', [member role], sha256('x'))");
        await Db.Do(sql);

        Assert.Equal([""], await Db.List("""select "organizationId" from public."Chat" where "id" = [chat]"""));
        Assert.Equal([""], await Db.List("""select "organizationId" from public."Document" where "id" = [document]"""));
        Assert.Equal("loner", await OwnerOf("Chat", "[chat]"));
        Assert.Equal("loner", await OwnerOf("Document", "[document]"));
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
            Db.Remember(name + "chat", await Db.Ask<Guid>($"""insert into public."Chat" ("title", "organizationId") values ('c', {organization}) returning "id" """));
            Db.Remember(name + "document", await Db.Ask<Guid>($"""insert into public."Document" ("title", "organizationId") values ('d', {organization}) returning "id" """));
        }

        await Db.Do("""insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], '2000-01-01', 'first', [Acme])""");
        Db.Remember("message", await Db.Ask<Guid>("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        Db.Remember("suggestion", await Db.Ask<Guid>("""insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") values ([document], '2000-01-01', 'a', 'b') returning "id" """));
        await Db.As("member");
        Db.Remember("answer", await Db.Ask<Guid>("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        Db.Remember("another chat", await Db.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Acme]) returning "id" """));
    }

    // Every row of that id has the same owner, or this fails.
    private async Task<string> OwnerOf(string table, string id)
    {
        await Db.AsRole("rlschat_backup");
        return Assert.Single(await Db.List(
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
        await Db.AsRole("rlschat_backup");
        return Assert.Single(await Db.List(
            $"""select split_part(m."email", '@', 1) from public."User" u left join public."User" m on m."id" = u."managerId" where u."id" = [{who}]"""));
    }
}
