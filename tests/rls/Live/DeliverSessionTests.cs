using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// auth.deliver(…) tells a person of nothing once their session has ended, and tells them that. A session lives as
/// long as the family that its refreshes make.
/// </summary>
public sealed class DeliverSessionTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    private const string Mine = """ "secretDigest" in (sha256('member'), sha256('member@chat')) """;

    /// <summary>What became of the member's sign-ins, and whether they hear.</summary>
    public static readonly TheoryData<string, string, bool> Sessions = new()
    {
        { "lives", "", true },
        { "was revoked", $"""update public.sessions set "revoked" = now() where {Mine}""", false },
        { "has expired", Expire, false },
        { "was signed out", $"delete from public.sessions where {Mine}", false },
        // An access token from before a refresh is good as long as what came of it.
        { "was refreshed", $"{Refresh()}; {Expire}", true },
        { "was refreshed, and that has expired", $"{Refresh("-1 hour")}; {Expire}", false },
        { "was refreshed, and that was revoked", $"{Refresh(revoked: "now()")}; {Expire}", false },
        { "was revoked before the family", $"""{Refresh()}; update public.sessions set "revoked" = now() where {Mine}""", false },
        { "has expired beside another of theirs", $"""{Refresh(joins: false)}; {Expire}""", false },
        { "is another person's", $"""update public.sessions set "userId" = [owner] where {Mine}""", false },
        { "is unknown, beside another of theirs", $"""update public.sessions set "secretDigest" = sha256("secretDigest") where {Mine}""", false },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Only_people_who_are_signed_in_hear(string session, string happens, bool isAlive)
    {
        await Rows.Chat(Db, "shared public", "owner");
        await Says("owner", "old");
        await Follow("owner", "member", "member@chat", "anonymous@chat");
        if (happens != "")
        {
            await Rows.Forge(Db, "sessions", happens);
        }

        await Listen();
        // Without news, and unasked, nobody is told anything.
        await Hears("");
        var ends = isAlive ? "" : "end session_ended: member, member@chat";
        await Hears(ends, everybody: true);
        await Says("owner");
        await Does("owner", """delete from public."Message" where "id" = [old]""");
        var who = isAlive ? "owner, member, member@chat, anonymous@chat" : "owner, anonymous@chat";
        foreach (var everybody in new[] { false, true })
        {
            var heard = await Hear(everybody);
            Assert.True(heard.Lines == $"message.created message: {who}\nmessage.deleted old in chat: {who}{(isAlive ? "" : "\n" + ends)}", $"their session {session}:\n{heard.Lines}");
        }
    }

    [Fact]
    public async Task Only_whom_news_concerns_is_told_of_the_end_of_their_session()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Rows.Chat(Db, "personal", "outsider", "quiet");
        await Rows.Chat(Db, "shared", "outsider", "theirs");
        await Writes("outsider", "stream", """insert into public."Stream" ("chatId") values ([theirs])""");
        await Follow("member", "outsider", "outsider@quiet", "outsider@theirs/stream", "loner");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""delete from public.sessions where "secretDigest" in (sha256('outsider'), sha256('outsider@quiet'), sha256('loner'))""");
        await Listen();
        await Says("owner");
        await Hears("message.created message: member");
        await Hears("""
            message.created message: member
            end session_ended: outsider, outsider@quiet, loner
            """, everybody: true);
        await Says("outsider", "there", "quiet");
        await Hears("""
            message.created message: member
            end session_ended: outsider, outsider@quiet
            """);
    }

    [Fact]
    public async Task A_former_member_is_told_so_only_while_signed_in()
    {
        await Follow("admin", "member", "owner");
        await Listen();
        await Does("admin", "select public.remove_member([member])");
        await Hears("member.left member of Acme: admin, member, owner");
        await Db.AsRole("rlschat_test_functions").Do("""delete from public.sessions where "secretDigest" = sha256('member')""");
        await Hears("""
            member.left member of Acme: admin, owner
            end session_ended: member
            """);
    }

    private const string Expire = $"""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 hour' where {Mine}""";

    // Another sign-in of theirs, of which their own is a pair from now on.
    private static string Refresh(string expires = "1 day", string revoked = "null", bool joins = true) =>
        $"""
        insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest", "revoked")
        select "userId", now() at time zone 'utc' + interval '{expires}', 'next of ' || "id", sha256("secretDigest"), {revoked}
        from public.sessions where {Mine};
        update public.sessions p set "familyId" = f."id"
        from public.sessions f
        where {joins} and f."sessionToken" = 'next of ' || p."id"
        """;
}
