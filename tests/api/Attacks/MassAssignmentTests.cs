using System.Text.Json.Nodes;
using Npgsql;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Every column of every table, offered in the body of every operation that takes one, beside what belongs
/// there: what is not the operation's own is refused by its name, and no row is other than it was.
/// </summary>
[Collection(SharedBreachedApi.Name)]
[Attack]
[Trait("Covers", "EveryEndpoint")]
public sealed class MassAssignmentTests(BreachedApi api)
{
    [Fact]
    public async Task Mass_assignment()
    {
        var contract = await Contract.At(api.Address);
        var (columns, sample) = (await Columns(), new Sample(contract));
        var operations = contract.Operations.Where(operation => operation.Body is not null && !operation.IsOff).ToList();
        Assert.InRange(operations.Count, 20, 100);
        Assert.InRange(columns.Count, 60, 200);

        var (before, wrong, tried) = (await api.Truth(), new List<string>(), 0);
        foreach (var operation in operations)
        {
            var own = contract.Resolve(operation.Body!)["properties"]!.AsObject().Select(field => field.Key).ToHashSet();
            foreach (var (column, value) in columns.Where(column => !own.Contains(column.Name)))
            {
                Support.Attacks.Count();
                tried++;
                var response = await sample.Send(operation, api.Mallory, body => body[column] = value?.DeepClone());
                if (response.Status != 400 || !response.ErrorFields.Contains(column))
                {
                    wrong.Add($"{operation.Id} with {column}: {response.Status} {response.Text}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(tried > 1000, $"only {tried}");
        Assert.Equal(before, await api.Truth());
    }

    /// <summary>The control: with nothing beside it, the same body makes a row, of the person who sent it.</summary>
    [Fact]
    public async Task The_same_body_without_it_creates_a_row()
    {
        var made = (await api.Mallory.Post("/chats", new { title = "assigned", visibility = "private" })).Is(201);
        Assert.Equal(api.Mallory.Id, made.Body["userId"]!.GetValue<Guid>());
        Assert.Equal("assigned", made.Body["title"]!.GetValue<string>());
        (await api.Mallory.Delete($"/chats/{made.Id}")).Is(204);
        api.Known = null;
    }

    /// <summary>Each name with a value of its type that would matter: Ben's id, a fortune, everything allowed.</summary>
    private async Task<List<(string Name, JsonNode? Value)>> Columns()
    {
        await using var connection = new NpgsqlConnection(api.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select distinct on (a.attname) a.attname::text, format_type(a.atttypid, null)
            from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
            order by a.attname
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<(string, JsonNode?)>();
        while (await reader.ReadAsync())
        {
            columns.Add((reader.GetString(0), reader.GetString(1) switch
            {
                "uuid" => api.Ben.Person.Id.ToString(),
                "boolean" => true,
                "integer" or "bigint" or "numeric" => 1_000_000,
                "json" or "jsonb" => new JsonObject { ["can_manage_roles"] = true },
                var type when type.StartsWith("timestamp", StringComparison.Ordinal) => "2030-01-01T00:00:00.000Z",
                _ => "operator",
            }));
        }

        return columns;
    }
}
