using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>Who auth.deliver(…) tells of what happens in a chat: whoever sees it, be it one chat or all that is theirs.</summary>
public sealed class DeliverReachTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    private static readonly string[] Following = ["owner", "member", "admin", "outsider", "loner"];

    /// <summary>A chat of "owner", and who hears of it.</summary>
    public static readonly TheoryData<string, string> Chats = new()
    {
        { "personal", "owner, owner@chat" },
        { "personal public", "owner, owner@chat, member@chat, admin@chat, outsider@chat, loner@chat, anonymous@chat" },
        { "shared", "owner, member, admin, owner@chat, member@chat, admin@chat" },
        { "shared public", "owner, member, admin, owner@chat, member@chat, admin@chat, outsider@chat, loner@chat, anonymous@chat" },
    };

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task A_new_row_reaches_everybody_who_sees_the_chat(string row, string who)
    {
        await Begin(row);
        await Listen();
        await Happens();
        await Hears($"""
            message.created message: {who}
            message.updated message: {who}
            vote.created vote: {who}
            vote.updated vote: {who}
            stream.created stream: {who}
            message.created answer: {who}
            stream.finished stream: {who}
            chat.updated chat: {who}
            """ + Ends(who));
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task A_deletion_reaches_everybody_who_saw_the_row(string row, string who)
    {
        await Begin(row);
        await Happens();
        await Listen();
        await Does("owner", """delete from public."Vote" where "id" = [vote]""");
        await Does("owner", """delete from public."Message" where "id" = [message]""");
        await Does("owner", """delete from public."Stream" where "id" = [stream]""");
        await Hears($"""
            vote.deleted vote in chat: {who}
            message.deleted message in chat: {who}
            stream.deleted stream in chat: {who}
            """ + Ends(who));

        // What goes with the chat is silent, and whoever followed it is told that there is none.
        await Listen();
        await Does("owner", """delete from public."Chat" where "id" = [chat]""");
        await Hears($"""
            chat.deleted chat in chat: {who}
            end not_found: {string.Join(", ", InChat)}
            """);
    }

    [Fact]
    public async Task A_new_chat_reaches_those_whose_it_is()
    {
        await Follow("owner", "member", "outsider", "loner");
        await Listen();
        await Rows.Chat(Db, "personal public", "owner", "mine");
        await Rows.Chat(Db, "shared", "owner", "ours");
        await Rows.Chat(Db, "shared", "outsider", "theirs");
        await Rows.Chat(Db, "personal", "loner", "lonely");
        await Hears("""
            chat.created mine: owner
            chat.created ours: owner, member
            chat.created theirs: outsider
            chat.created lonely: loner
            """);
    }

    [Fact]
    public async Task Followers_of_one_chat_hear_of_no_other()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Rows.Chat(Db, "shared", "owner", "other");
        await Says("owner", "old");
        await Says("owner", "gone", "other");
        await Follow("member@chat", "member@other", "member");
        await Listen();
        await Says("owner");
        await Says("owner", "elsewhere", "other");
        await Does("owner", """delete from public."Message" where "id" = [old]""");
        await Does("owner", """delete from public."Message" where "id" = [gone]""");
        await Hears("""
            message.created message: member@chat, member
            message.created elsewhere: member@other, member
            message.deleted old in chat: member@chat, member
            message.deleted gone in other: member@other, member
            """);
    }

    [Fact]
    public async Task Subscribers_without_news_are_in_no_answer()
    {
        await Rows.Chat(Db, "personal", "loner");
        await Says("loner", "old");
        await Follow("owner", "outsider");
        await Listen();
        await Says("loner");
        await Does("loner", """delete from public."Message" where "id" = [old]""");
        await Hears("");
        await Follow("loner");
        await Hears("""
            message.created message: loner
            message.deleted old in chat: loner
            """);
    }

    [Fact]
    public async Task A_row_deleted_before_delivery_is_only_reported_as_deleted()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Follow("member");
        await Listen();
        await Says("owner");
        await Says("owner", "kept");
        await Does("owner", """delete from public."Message" where "id" = [message]""");
        await Hears("""
            message.created kept: member
            message.deleted message in chat: member
            """);
    }

    [Fact]
    public async Task Members_hear_of_members_and_of_no_other_organizations()
    {
        await Follow("admin", "member", "outsider", "rival", "loner", "anonymous");
        await Listen();
        await Does("admin", "select public.set_member_role([member], [role of can_view_audit])");
        await Does("rival", "select public.remove_member([outsider])");
        await Does("admin", "select public.remove_member([member])");
        await Joins("loner");
        // Who has left is told so, and nothing of what comes after.
        await Hears("""
            member.left outsider of Globex: outsider, rival
            member.left member of Acme: admin, member
            member.joined loner: admin, loner
            """);
    }

    [Fact]
    public async Task Colleagues_hear_of_a_change_of_role_or_manager()
    {
        await Rows.Chat(Db, "shared public", "owner");
        await Follow("admin", "member", "member@chat", "outsider", "loner");
        await Listen();
        await Does("admin", "select public.set_member_role([member], [role of can_view_audit])");
        await Does("rival", "select public.set_member_manager([outsider], [rival])");
        await Hears("""
            member.updated member: admin, member
            member.updated outsider: outsider
            """);
    }

    private static IEnumerable<string> InChat => [.. Following.Select(p => $"{p}@chat"), "anonymous@chat"];

    // Who follows a chat that they never saw is told so at its first news.
    private static string Ends(string who) =>
        string.Join(", ", InChat.Except(who.Split(", "))) is { Length: > 0 } others ? $"\nend not_found: {others}" : "";

    private async Task Begin(string row)
    {
        await Rows.Chat(Db, row, "owner");
        await Follow([.. Following, .. InChat]);
    }

    private async Task Happens()
    {
        await Says("owner");
        await Does("owner", """update public."Message" set "parts" = '[1]' where "id" = [message]""");
        await Writes("owner", "vote", """insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        await Does("owner", """update public."Vote" set "value" = 'down' where "id" = [vote]""");
        await Writes("owner", "stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Does("owner", """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'x')""");
        await Does("owner", "select public.finish_stream([stream])");
        Db.Remember("answer", await Db.Ask<Guid>("""select "messageId" from public."Stream" where "id" = [stream]"""));
        await Does("owner", """update public."Chat" set "title" = 'new' where "id" = [chat]""");
    }
}
