using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>Who follows a chat that they see no more is told so by auth.deliver(…): at its next news, or when everybody is asked about.</summary>
public sealed class DeliverEndTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    private static readonly string[] Followers = ["owner@chat", "member@chat", "outsider@chat", "loner", "anonymous@chat"];

    [Theory]
    [InlineData("personal", "end not_found: member@chat, outsider@chat, anonymous@chat")]
    [InlineData("shared", "end not_found: outsider@chat, anonymous@chat")]
    [InlineData("personal public", "")]
    [InlineData("shared public", "")]
    public async Task Without_news_who_sees_no_chat_is_told_when_everybody_is_asked_about(string row, string expected)
    {
        await Rows.Chat(Db, row, "owner");
        await Follow(Followers);
        await Listen();
        await Hears("");
        await Hears(expected, everybody: true);
    }

    [Fact]
    public async Task A_chat_that_is_not_there_is_nobodys()
    {
        await Rows.Chat(Db, "shared public", "owner");
        Db.Remember("none", Guid.NewGuid());
        await Follow("owner@none", "anonymous@none", "owner@chat", "owner");
        await Listen();
        await Hears("end not_found: owner@none, anonymous@none", everybody: true);
    }

    [Fact]
    public async Task News_of_one_chat_ends_nobody_in_another()
    {
        await Rows.Chat(Db, "personal", "loner", "other");
        await Rows.Chat(Db, "shared", "owner");
        await Follow("outsider@chat", "outsider@other", "owner@chat");
        await Listen();
        await Says("owner");
        await Hears("""
            message.created message: owner@chat
            end not_found: outsider@chat
            """);
        await Hears("""
            message.created message: owner@chat
            end not_found: outsider@chat, outsider@other
            """, everybody: true);
    }

    [Fact]
    public async Task Each_end_says_why_and_a_session_that_ended_comes_first()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Follow("member@chat", "outsider@chat", "owner@chat");
        await Db.AsRole("rlschat_test_functions").Do("""delete from public.sessions where "secretDigest" = sha256('member@chat')""");
        await Listen();
        await Says("owner");
        await Hears("""
            message.created message: owner@chat
            end session_ended: member@chat
            end not_found: outsider@chat
            """);
    }
}
