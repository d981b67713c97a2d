using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// auth.deliver(…) when rights change between what happened and its delivery: of a deletion hears who saw the row
/// then and, while the chat is there, sees it now; of everything else, who sees it now.
/// </summary>
public sealed class DeliverScopeTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    [Theory]
    [InlineData("shared", "owner, member, member@chat")]
    [InlineData("personal", "owner")]
    public async Task A_chat_that_was_hidden_since(string where, string who)
    {
        await Chat($"{where} public");
        await Follow("owner", "member", "member@chat", "outsider@chat", "anonymous@chat", "left@chat");
        await Db.Leave("left");
        await Listen();
        await Says("owner", "new");
        await Does("owner", Delete("first"));
        await Does("owner", See("private"));
        await Does("owner", Delete("second"));
        await Hears($"""
            message.created new: {who}
            message.deleted first in chat: {who}
            chat.updated chat: {who}
            message.deleted second in chat: {who}
            end not_found: {(where == "personal" ? "member@chat, " : "")}outsider@chat, anonymous@chat, left@chat
            """);
    }

    [Theory]
    [InlineData("shared", "owner, member, member@chat", "owner, member, member@chat, outsider@chat, anonymous@chat")]
    [InlineData("personal", "owner", "owner, member@chat, outsider@chat, anonymous@chat")]
    public async Task A_chat_that_was_published_since(string where, string before, string now)
    {
        await Chat(where);
        await Follow("owner", "member", "member@chat", "outsider", "outsider@chat", "anonymous@chat");
        await Listen();
        await Says("owner", "new");
        await Does("owner", Delete("first"));
        await Does("owner", See("public"));
        await Does("owner", Delete("second"));
        await Hears($"""
            message.created new: {now}
            message.deleted first in chat: {before}
            chat.updated chat: {now}
            message.deleted second in chat: {now}
            """);
    }

    [Fact]
    public async Task A_chat_that_was_hidden_and_deleted()
    {
        await Chat("shared public");
        await Follow("member", "outsider@chat");
        await Listen();
        await Does("owner", Delete("first"));
        await Does("owner", See("private"));
        await Does("owner", Delete("second"));
        await Does("owner", """delete from public."Chat" where "id" = [chat]""");
        // It saw the first; nobody can say more of a chat that is gone than who saw what in it.
        await Hears("""
            message.deleted first in chat: member, outsider@chat
            message.deleted second in chat: member
            chat.deleted chat in chat: member
            end not_found: outsider@chat
            """);
    }

    [Fact]
    public async Task Former_members_hear_nothing_of_the_organization()
    {
        await Chat("shared");
        await Follow("owner", "owner@chat", "manager", "member", "member@chat", "admin");
        await Listen();
        await Does("owner", Delete("first"));
        await Does("owner", "select public.leave_organization()");
        await Does("admin", "select public.remove_member([member])");
        await Does("manager", Delete("second"));
        // Their chats are their manager's now.
        await Hears("""
            message.deleted first in chat: manager, admin
            chat.updated chat: manager, admin
            member.left owner of Acme: owner, manager, admin
            member.left member of Acme: manager, member, admin
            message.deleted second in chat: manager, admin
            end not_found: owner@chat, member@chat
            """);
    }

    [Fact]
    public async Task Former_members_still_hear_of_a_public_chat()
    {
        await Chat("shared public");
        await Follow("member", "member@chat", "owner");
        await Listen();
        await Does("owner", Delete("first"));
        await Does("member", "select public.leave_organization()");
        await Says("owner", "new");
        await Hears("""
            message.deleted first in chat: member@chat, owner
            member.left member of Acme: member, owner
            message.created new: member@chat, owner
            """);
    }

    [Fact]
    public async Task An_owner_who_left_their_chat_behind_is_a_stranger_in_it()
    {
        await Rows.Chat(Db, "shared", "left");
        await Says("left", "first");
        await Follow("left", "left@chat", "member");
        await Db.Leave("left");
        await Listen();
        await Says("member", "new");
        await Does("can_manage_chats", Delete("first"));
        await Hears("""
            message.created new: member
            message.deleted first in chat: member
            end not_found: left@chat
            """);
    }

    [Theory]
    [InlineData("loner", "loner", "select public.create_organization('Solo')")]
    [InlineData("rival", "outsider", "select public.leave_organization()")]
    public async Task Rows_of_a_dissolved_organization_are_not_reported_to_its_last_member(string last, string who, string does)
    {
        await Does(who, does);
        await Rows.Chat(Db, "shared", last);
        await Says(last, "first");
        await Says(last, "second");
        await Follow(last, $"{last}@chat");
        await Listen();
        await Does(last, Delete("first"));
        await Does(last, """delete from public."Organization" where "id" = auth.organization_id()""");
        await Does(last, Delete("second"));
        var heard = (await Hear()).Lines.Split('\n');
        Assert.Contains($"chat.updated chat: {last}, {last}@chat", heard);
        Assert.Contains($"message.deleted second in chat: {last}, {last}@chat", heard);
        Assert.DoesNotContain(heard, line => line.StartsWith("message.deleted first", StringComparison.Ordinal));
        Assert.Single(heard, line => line.StartsWith("message.deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chat_that_changed_owner_is_reported_once()
    {
        await Chat("shared");
        await Follow("member", "admin@chat");
        await Listen();
        await Does("owner", Delete("first"));
        await Does("owner", "select public.leave_organization()");
        await Does("manager", Delete("second"));
        await Hears("""
            message.deleted first in chat: member, admin@chat
            chat.updated chat: member, admin@chat
            member.left owner of Acme: member
            message.deleted second in chat: member, admin@chat
            """);
    }

    [Fact]
    public async Task A_chat_with_the_id_of_its_organization_is_no_organization()
    {
        await Db.As("owner").Make("chat", """
            insert into public."Chat" ("id", "title", "visibility", "organizationId")
            values (auth.organization_id(), 'x', 'public', auth.organization_id())
            """);
        await Says("owner", "first");
        await Follow("member", "outsider@chat", "anonymous@chat");
        await Listen();
        await Does("owner", Delete("first"));
        await Does("admin", "select public.set_member_manager([owner], null)");
        await Does("manager", "select public.leave_organization()");
        await Hears("""
            message.deleted first in chat: member, outsider@chat, anonymous@chat
            member.updated owner: member
            member.left manager of chat: member
            """);
    }

    private static string Delete(string message) => $"""delete from public."Message" where "id" = [{message}]""";

    private static string See(string visibility) => $"""update public."Chat" set "visibility" = '{visibility}' where "id" = [chat]""";

    private async Task Chat(string row)
    {
        await Rows.Chat(Db, row, "owner");
        await Says("owner", "first");
        await Says("owner", "second");
    }
}
