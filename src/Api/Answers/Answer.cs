using System.Text.Json;
using Microsoft.Extensions.AI;
using RlsChat.Api.Data;

namespace RlsChat.Api.Answers;

/// <summary>An answer being written into a stream: statements as the person who asked.</summary>
internal sealed class Answer(UserDb db, Guid chat, Guid stream)
{
    private int _index;

    private sealed record Said(string Role, string Parts);

    /// <summary>The newest messages that the person can read in the chat, oldest first: at most 40, and 64 KB.</summary>
    public async Task<List<ChatMessage>> Read()
    {
        var rows = await db.Query<Said>(
            """
            select "role", "parts"
            from (
              select m.*, sum(octet_length(m."parts"::text)) over (order by m."createdAt" desc, m."id" desc) as octets
              from (
                select "id", "createdAt", "role", "parts"
                from public."Message"
                where "chatId" = $1
                order by "createdAt" desc, "id" desc
                limit 40) m) newest
            where octets <= 65536
            order by "createdAt", "id"
            """, chat);
        return [.. rows
            .Where(row => row.Role is "user" or "assistant" or "system")
            .Select(row => new ChatMessage(new ChatRole(row.Role), Text(row.Parts)))
            .Where(message => message.Text.Length > 0)];
    }

    /// <summary>Appends a chunk; false when the stream is gone.</summary>
    public async Task<bool> Append(string text) =>
        await db.QuerySingleOrDefault<DateTime?>("select public.append_chunk($1, $2, $3)", stream, _index++, text) is not null;

    /// <summary>Turns it into a message, at its price.</summary>
    public Task Finish() => db.QuerySingleOrDefault<Guid?>("""select "id" from public.finish_stream($1)""", stream);

    /// <summary>Ends it without a message, and says why in its last chunk.</summary>
    public async Task Abandon(string why)
    {
        await Append(_index > 0 ? $"\n\n{why}" : why);
        await db.QuerySingleOrDefault<Guid?>("""select "id" from public.abandon_stream($1)""", stream);
    }

    /// <summary>The texts among the parts of a message.</summary>
    private static string Text(string parts)
    {
        using var json = JsonDocument.Parse(parts);
        return string.Join('\n', json.RootElement.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object)
            .Select(part => part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "")
            .Where(text => text.Length > 0));
    }
}
