using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Bench;

/// <summary>A throw-away server with a thousand people in organizations of the same size, one chat in each.</summary>
internal sealed class LiveWorld(EmbeddedServer server, int organizations) : IAsyncDisposable
{
    /// <summary>How many follow what is theirs.</summary>
    public const int People = 1000;

    public EmbeddedServer Server => server;

    public int Organizations => organizations;

    public static async Task<LiveWorld> Make(int readers)
    {
        var server = await EmbeddedServer.StartThrowAway();
        try
        {
            var secrets = server.Secrets;
            await Migrator.Run(server.OwnerConnectionString, new MigrationOptions
            {
                ApiPassword = secrets.Api,
                AuthPassword = secrets.Auth,
                LivePassword = secrets.Live,
            });
            await EmbeddedServer.Tighten(server.SuperuserConnectionString);
            var world = new LiveWorld(server, People / readers);
            await world.Execute($"set bench.organizations = {world.Organizations}; {World.Resource("live.sql")}");
            await world.Execute("vacuum analyze");
            return world;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static Guid Id(string kind, int number) => Guid.Parse(
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}{number}"))))[..32]);

    /// <summary>The secret of that person's session.</summary>
    public static string Secret(int person) => person.ToString("D42", CultureInfo.InvariantCulture) + "A";

    /// <summary>An access token of that person, as the API issues them.</summary>
    public string Token(int person)
    {
        var (kid, key) = server.Secrets.SigningKeys.Split(':') is [var id, var bytes] ? (id, bytes) : throw new FormatException("one key");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var text = $$"""{"alg":"HS256","typ":"at+jwt","kid":"{{kid}}"}""" is var header
            && $$"""{"iss":"bench","aud":"bench","iat":{{now}},"exp":{{now + 900}},"sub":"{{Id("person", person)}}","ses":"{{Secret(person)}}"}""" is var payload
            ? $"{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(payload))}"
            : "";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.ASCII.GetBytes(text)))}";
    }

    /// <summary>Whether messages go into the outbox.</summary>
    public Task Outbox(bool isOn) => Execute($"""alter table public."Message" {(isOn ? "enable" : "disable")} trigger _500_event_insert""");

    public async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The server's processes that are there now: what each does, and its number.</summary>
    public async Task<List<(string Does, int Pid)>> ServerProcesses()
    {
        await using var connection = new NpgsqlConnection(server.SuperuserConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select case
                when usename = 'rlschat_api' then 'writes'
                when application_name = 'rlschat-api live' then 'delivers'
                else 'other'
              end, pid
            from pg_stat_activity
            where pid <> pg_backend_pid()
            """, connection);
        var processes = new List<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            processes.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return processes;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
