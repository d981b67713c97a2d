using Npgsql;
using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>"What is not listed is denied", for COPY … TO: it reads as its author does, and no further.</summary>
[Collection(TheSameTheatre.Name)]
public sealed class CopyTests(Theatre theatre)
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
        await using var connection = await theatre.Players.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var play = new Play(connection, theatre.World);
        foreach (var who in new[] { Cast.Owner, "loner" })
        {
            await Scene.Chat(play, "personal", who);
            await Scene.Document(play, "personal", who);
            await play.Do($"""
                with message as (
                  insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id"),
                suggestion as (
                  insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText")
                  values ([document], [document at], 'old', 'new'))
                insert into public."Stream" ("id", "chatId") values ([{who}], [chat])
                """);
            await play.Do($"""insert into public."StreamChunk" ("streamId", "index", "data") values ([{who}], 0, 'data')""");
            await play.Do("""insert into public."Vote" ("message_id", "value") select "id", 'up' from public."Message" where "chatId" = [chat]""");
        }

        await play.AsRole("rlschat_backup");
        Assert.True(await play.Ask<long>($"select count(*) from public.\"{table}\"") >= 2);
        await play.As("loner");
        Assert.Equal(loner, await Copy());
        await play.As(Cast.Anonymous);
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
