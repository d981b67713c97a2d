using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>Who may do what to a bookmark.</summary>
public sealed class BookmarkTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Bookmark" where "id" = [bookmark]""",
        // Were ("userId", "chatId") unique, this would have to name another chat than the bookmark's.
        ["bookmark_it"] = """insert into public."Bookmark" ("chatId") values ([chat])""",
        ["drop"] = """delete from public."Bookmark" where "id" = [bookmark]""",
        ["rename"] = """update public."Bookmark" set "chatId" = [chat] where "id" = [bookmark]""",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("of a chat in the organization", """
            who        read    bookmark_it  drop    rename
            owner      yes     yes          yes     denied
            member     hidden  yes          hidden  denied
            outsider   hidden  denied       hidden  denied
            anonymous  denied  denied       denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.As("owner");
        Db.Remember("chat", await Db.Ask<Guid>(
            """insert into public."Chat" ("title", "organizationId") values ('plans', [Acme]) returning "id" """));
        Db.Remember("bookmark", await Db.Ask<Guid>(
            """insert into public."Bookmark" ("chatId") values ([chat]) returning "id" """));
        // An insert makes another row, so the whole table tells whether something has changed.
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select b::text from public."Bookmark" b""");
    }
}
