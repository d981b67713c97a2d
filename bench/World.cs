using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Bench;

/// <summary>A person who asks, and the ids of the rows that they ask about, by the names that statements and paths give them.</summary>
/// <param name="Person">The person's number.</param>
/// <param name="Chat">The number of the chat that they read.</param>
/// <param name="Values">Ids and the secret of the session.</param>
internal sealed record Subject(int Person, int Chat, IReadOnlyDictionary<string, string> Values);

/// <summary>A throw-away server with the database of this version and the rows of world.sql.</summary>
internal sealed class World(EmbeddedServer server, int chats) : IAsyncDisposable
{
    public EmbeddedServer Server => server;

    public int Messages => chats * 50;

    public int People => chats / 20;

    /// <summary>The API's login.</summary>
    public string ApiConnectionString => server.ConnectionString("rlschat_api", server.Secrets.Api);

    /// <summary>The last person, whose rows only <see cref="Recorder"/> changes.</summary>
    public Subject Stranger => Of(People - 1);

    /// <summary>A person, who asks for a public chat.</summary>
    public Subject Of(int person) => Ask(0, person);

    public static async Task<World> Make(int chats)
    {
        Program.Say("starting a server");
        // So that the databases that take turns do not push each other's pages out.
        var server = await EmbeddedServer.StartThrowAway("-c shared_buffers=4GB");
        try
        {
            var (secrets, world) = (server.Secrets, new World(server, chats));
            await Migrator.Run(server.OwnerConnectionString, new MigrationOptions
            {
                ApiPassword = secrets.Api,
                AuthPassword = secrets.Auth,
                LivePassword = secrets.Live,
            });
            await EmbeddedServer.Tighten(server.SuperuserConnectionString);
            await world.Copy(EmbeddedServer.Database, "bench_empty");
            await world.Load(EmbeddedServer.Database, chats);
            return world;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The id that world.sql gives to a row.</summary>
    public static string Id(string kind, long number) => Guid.Parse(Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}{number}"))))[..32]).ToString();

    /// <summary>A database of that many chats.</summary>
    public async Task Database(string name, int size)
    {
        await Copy("bench_empty", name);
        await Load(name, size);
    }

    /// <summary>A copy of a database, which nobody may use meanwhile.</summary>
    public async Task Copy(string from, string name)
    {
        NpgsqlConnection.ClearAllPools();
        await Execute("postgres", $"""
            select pg_terminate_backend(pid) from pg_stat_activity where datname = '{from}';
            """);
        await Execute("postgres", $"create database {name} template {from} strategy file_copy");
        // The grants of a database are not copied with it.
        await Execute(name, $"grant connect on database {name} to rlschat_api");
    }

    /// <summary>Executes SQL as superuser.</summary>
    public async Task Execute(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            server.ConnectionString("postgres", server.Secrets.Superuser, database) + ";Pooling=false;CommandTimeout=0");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, asked as superuser.</summary>
    public async Task<T> Scalar<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            server.ConnectionString("postgres", server.Secrets.Superuser, database) + ";Pooling=false;CommandTimeout=0");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>People who may read what they ask for: one in ten a public chat, three a personal one, six their organization's.</summary>
    public List<Subject> Subjects() => [.. Enumerable.Range(0, Math.Min(400, (People - 1) / 8 * 8)).Select(i => Ask(i, (int)(i * 7919L % (People - 1))))];

    /// <summary>An access token, as the API issues them. The organization is for those who trust tokens with it.</summary>
    public string Token(Subject subject)
    {
        var (kid, key) = server.Secrets.SigningKeys.Split(':') is [var id, var bytes] ? (id, bytes) : throw new FormatException("one key");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var (v, header) = (subject.Values, $$"""{"alg":"HS256","typ":"at+jwt","kid":"{{kid}}"}""");
        var payload = $$"""
            {"iss":"bench","aud":"bench","iat":{{now}},"exp":{{now + 86_400}},"sub":"{{v["person"]}}","ses":"{{v["secret"]}}","org":"{{v["organization"]}}"}
            """;
        var text = $"{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(payload))}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.ASCII.GetBytes(text)))}";
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    public static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(World).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private async Task Load(string database, int size)
    {
        Program.Say($"loading {size * 50:n0} messages into {database}");
        await Execute(database, $"set bench.chats = {size}; {Resource("world.sql")}");
        await Execute(database, "vacuum analyze");
    }

    private Subject Ask(int i, int person)
    {
        var (people, organizations) = (People, People / 10);
        var own = person + ((12 + (i / 10 % 8)) * people);
        var colleague = (person + (organizations * (1 + (i % 9)))) % people;
        var other = (person + 1) % people;
        var chat = (i % 10) switch
        {
            0 => other + ((9 - (other % 10)) * people),
            <= 3 => own,
            _ => colleague + (i % 12 * people),
        };
        return new(person, chat, new Dictionary<string, string>
        {
            ["person"] = Id("person", person),
            ["secret"] = person.ToString("D42", CultureInfo.InvariantCulture) + "A",
            ["organization"] = Id("organization", person % organizations),
            ["chat"] = Id("chat", chat),
            ["message"] = Id("message", (chat * 50) + (i % 50)),
            ["own"] = Id("chat", own),
            ["team"] = Id("chat", person),
            ["written"] = Id("message", (own * 50) + 1 + (i % 4)),
            ["voted"] = Id("message", own * 50),
            ["stream"] = Id("stream", own * 2),
            ["document"] = Id("document", person * 20),
        });
    }
}
