using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"What is not listed is denied", for COPY … TO: it reads as its author does, and no further.</summary>
[Collection(SharedDatabase.Name)]
public sealed class CopyTests(DatabaseFixture fixture)
{
    public static readonly TheoryData<string, string, string> Copies = new()
    {
        { "Chat", "loner's", "nothing" },
        { "Message", "loner's", "nothing" },
        { "Vote", "loner's", "nothing" },
        { "Stream", "loner's", "nothing" },
        { "StreamChunk", "loner's", "nothing" },
        { "Document", "loner's", "denied" },
        { "Suggestion", "loner's", "denied" },
    };

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task A_copy_holds_what_its_author_sees(string table, string loner, string anonymous)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, fixture.World);
        foreach (var who in new[] { People.Owner, "loner" })
        {
            await Rows.Chat(db, "personal", who);
            await Rows.Document(db, "personal", who);
            await db.Do($"""
                with message as (
                  insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id"),
                suggestion as (
                  insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText")
                  values ([document], [document at], 'old', 'new'))
                insert into public."Stream" ("id", "chatId") values ([{who}], [chat])
                """);
            await db.Do($"""insert into public."StreamChunk" ("streamId", "index", "data") values ([{who}], 0, 'data')""");
            await db.Do("""insert into public."Vote" ("message_id", "value") select "id", 'up' from public."Message" where "chatId" = [chat]""");
        }

        await db.AsRole("rlschat_backup");
        Assert.True(await db.Ask<long>($"select count(*) from public.\"{table}\"") >= 2);
        await db.As("loner");
        Assert.Equal(loner, await Copy());
        await db.As(People.Anonymous);
        Assert.Equal(anonymous, await Copy());

        async Task<string> Copy()
        {
            try
            {
                using var reader = await connection.BeginTextExportAsync($"copy public.\"{table}\" to stdout");
                var rows = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                return rows.Length switch { 0 => "nothing", 1 => "loner's", var many => $"{many} rows" };
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                return "denied";
            }
        }
    }
}
