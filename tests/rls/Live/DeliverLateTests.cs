using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// Who joins after a row went hears nothing from auth.deliver(…) of its going: not even that it was there.
/// </summary>
public sealed class DeliverLateTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_member_does_not_hear_of_an_earlier_deletion(bool ours)
    {
        await Chat("shared");
        await Follow("member", "loner", "member@chat", "loner@chat");
        await Listen();
        await Does("owner", Delete);
        await Joins("loner");
        await Says("owner", "new");
        await Hears("""
            message.deleted message in chat: member, member@chat
            member.joined loner: member, loner
            message.created new: member, loner, member@chat, loner@chat
            """, ours: ours);
    }

    [Fact]
    public async Task Followers_of_a_public_chat_hear_of_a_deletion_before_somebody_joined()
    {
        await Chat("shared public");
        await Follow("member", "loner", "loner@chat", "outsider@chat");
        await Listen();
        await Does("owner", Delete);
        await Joins("loner");
        await Hears("""
            message.deleted message in chat: member, loner@chat, outsider@chat
            member.joined loner: member, loner
            """);
    }

    [Fact]
    public async Task A_new_member_does_not_hear_of_a_chat_that_was_deleted_with_its_messages()
    {
        await Chat("shared");
        await Follow("member", "loner");
        await Listen();
        await Does("owner", """delete from public."Chat" where "id" = [chat]""");
        await Joins("loner");
        await Hears("""
            chat.deleted chat in chat: member
            member.joined loner: member, loner
            """);
    }

    [Fact]
    public async Task A_member_who_leaves_and_returns_misses_the_deletions_in_between()
    {
        await Chat("shared");
        await Follow("admin", "member", "member@chat", "loner");
        await Listen();
        await Does("admin", "select public.remove_member([member])");
        await Does("owner", Delete);
        await Joins("loner");
        await Joins("member");
        // That they left they know, and are told once; who came later is not.
        await Hears("""
            member.left member of Acme: admin, member
            message.deleted message in chat: admin
            member.joined loner: admin, member, loner
            member.joined member: admin, member, loner
            """);
    }

    [Fact]
    public async Task Joining_takes_nothing_of_ones_own_away()
    {
        await Rows.Chat(Db, "personal", "loner");
        await Says("loner");
        await Follow("loner", "loner@chat", "owner");
        await Listen();
        await Does("loner", Delete);
        await Does("loner", "select public.create_organization('Solo')");
        await Hears("""
            message.deleted message in chat: loner, loner@chat
            member.joined loner: loner
            """);
    }

    [Fact]
    public async Task An_owner_who_left_does_not_hear_again_because_somebody_joined()
    {
        await Rows.Chat(Db, "shared", "left");
        await Says("member");
        await Db.Leave("left");
        await Follow("left", "member", "loner", "left@chat");
        await Listen();
        await Does("can_manage_chats", Delete);
        await Joins("loner");
        await Hears("""
            message.deleted message in chat: member
            member.joined loner: member, loner
            end not_found: left@chat
            """);
    }

    [Theory]
    [InlineData("a position of ours", true, "message.deleted message in chat: admin, member")]
    [InlineData("a position that was shown", false, "message.deleted message in chat: admin")]
    public async Task A_deletion_that_was_running_when_somebody_joined(string position, bool ours, string expected)
    {
        await Chat("shared");
        await Follow("admin", "member");
        await Listen();
        await Does("owner", Delete);
        // Another transaction, which the deletion could not see, was over at that position.
        await Rows.Forge(Db, "Event", $"""insert into public."Event" ("xid", "kind", "rowId", "userId", "organizationId") values ('{Xid + Later}', 'member.joined', [member], [member], [Acme])""");
        var heard = await Hear(ours: ours, after: "T:T+1000001:T");
        Assert.True(expected == heard.Lines, $"{position}: {heard.Lines}");
        // Who joined after the position is late, whose ever it is.
        var later = await Hear(ours: ours);
        Assert.Equal("message.deleted message in chat: admin", later.Lines.Split('\n')[0]);
    }

    private const string Delete = """delete from public."Message" where "id" = [message]""";

    private async Task Chat(string row)
    {
        await Rows.Chat(Db, row, "owner");
        await Says("owner");
    }
}
