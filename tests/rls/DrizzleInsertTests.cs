using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// Inserts as Drizzle writes them, from the schema that this system replaces: every column of the table is
/// listed, <c>default</c> stands for what was not given, and all of them are returned. That nobody chooses a
/// value that is not theirs to choose is in the matrices of each table.
/// </summary>
public sealed class DrizzleInsertTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    public static readonly TheoryData<string, string, string, string> Tables = new()
    {
        { "owner", "Chat", "id createdAt title userId visibility", "default, '2026-01-02T03:04:05.678Z', 'new', [owner], default" },
        { "owner", "Message", "id chatId role parts attachments createdAt", "default, [chat], 'user', '[]', '[]', '2026-01-02T03:04:05.678Z'" },
        { "owner", "Vote", "id message_id user_id chatId value created_at", "default, [message], [owner], default, 'up', default" },
        { "owner", "Document", "id createdAt title content text userId", "default, '2026-01-02T03:04:05.678Z', 'new', default, default, [owner]" },
        {
            "owner", "Suggestion", "id documentId documentCreatedAt originalText suggestedText description isResolved userId createdAt",
            "default, [document], [document at], 'old', 'new', default, default, [owner], '2026-01-02T03:04:05.678Z'"
        },
        { "owner", "Stream", "id chatId createdAt", "default, [chat], '2026-01-02T03:04:05.678Z'" },
        { "admin", "Role", "id name permissions", "default, 'new', default" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task An_insert_lists_every_column(string who, string table, string names, string values)
    {
        await Rows.Chat(Db, "personal", People.Owner);
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Rows.Document(Db, "personal", People.Owner);
        await Db.As(who).Do("set local search_path = public");
        var columns = string.Join(", ", names.Split(' ').Select(name => $"\"{name}\""));
        Cells.Count();
        Assert.Equal(Outcome.Yes, await Db.Try($"""insert into "{table}" ({columns}) values ({values}) returning {columns}"""));
    }
}
