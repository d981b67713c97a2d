using System.Text.Json;
using Npgsql;

namespace RlsChat.Database;

// The demo people on one connection, one after the other, in one transaction.
internal sealed class Cast(NpgsqlConnection connection, IReadOnlyDictionary<DemoPerson, Guid> ids)
{
    // Everything that people start or say is a minute later than what came before.
    private int _minute;

    public Guid Id(DemoPerson person) => ids[person];

    /// <summary>Switches the connection to a person.</summary>
    public async Task Become(DemoPerson person)
    {
        await connection.Execute("set local role regular_user");
        await connection.Execute("select set_config('auth.uid', $1, true)", ids[person].ToString());
    }

    public async Task Does(DemoPerson person, string sql, params object?[] arguments)
    {
        await Become(person);
        await connection.Execute(sql, arguments);
    }

    public async Task<Guid> StartsChat(DemoPerson person, string title, string visibility, bool inOrganization)
    {
        var id = Guid.NewGuid();
        await Does(person,
            """
            insert into public."Chat" ("id", "title", "visibility", "organizationId", "createdAt")
            values ($1, $2, $3, case when $4 then auth.organization_id() end,
              now() at time zone 'utc' - interval '1 hour' + $5 * interval '1 minute')
            """,
            id, title, visibility, inOrganization, _minute++);
        return id;
    }

    public async Task<Guid> Says(DemoPerson person, Guid chat, string text)
    {
        var id = Guid.NewGuid();
        var parts = JsonSerializer.Serialize(new[] { new { type = "text", text } });
        await Does(person,
            """
            insert into public."Message" ("id", "chatId", "role", "parts", "createdAt")
            values ($1, $2, 'user', $3::text::json, now() at time zone 'utc' - interval '1 hour' + $4 * interval '1 minute')
            """,
            id, chat, parts, _minute++);
        return id;
    }

    public Task Votes(DemoPerson person, Guid message, string value) =>
        Does(person,
            """insert into public."Vote" ("message_id", "value") values ($1, $2)""", message, value);

    /// <summary>A document with these versions, one a day, the last of them now.</summary>
    public async Task<Guid> Writes(DemoPerson person, string title, params string[] versions)
    {
        var id = Guid.NewGuid();
        for (var day = versions.Length - 1; day >= 0; day--)
        {
            await Does(person,
                """
                insert into public."Document" ("id", "createdAt", "title", "content", "organizationId")
                values ($1, now() at time zone 'utc' - $2 * interval '1 day', $3, $4, auth.organization_id())
                """,
                id, day, title, versions[^(day + 1)]);
        }

        return id;
    }

    public Task Suggests(DemoPerson person, Guid document, string original, string suggested) =>
        Does(person,
            """
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText")
            select "id", "createdAt", $2, $3 from public."Document" where "id" = $1
            order by "createdAt" desc limit 1
            """,
            document, original, suggested);
}
