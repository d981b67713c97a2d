using Npgsql;
using RlsChat.Database;

namespace RlsChat.Bench;

/// <summary>A person with a live session, and what they ask about.</summary>
/// <param name="Person">Null: a stranger.</param>
/// <param name="Secret">The secret of the session.</param>
/// <param name="Chat">A chat.</param>
/// <param name="Message">One of its messages.</param>
/// <param name="MayWrite">Whether the person may write into the chat.</param>
internal sealed record Subject(Guid? Person, string? Secret, Guid Chat, Guid Message, bool MayWrite);

/// <summary>A throw-away server with the database of this version and the people of world.sql.</summary>
internal sealed class World(EmbeddedServer server) : IAsyncDisposable
{
    /// <summary>The API's login, set up as the API sets it up; what takes longer than 5 s is given up.</summary>
    public string ApiConnectionString =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString("rlschat_api", server.Secrets.Api))
        {
            Pooling = false,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            Enlist = false,
            Options = "-c statement_timeout=5s",
        }.ConnectionString;

    public static async Task<World> Make()
    {
        Policies.Say("starting a server of its own");
        var server = await EmbeddedServer.StartThrowAway();
        try
        {
            await Migrator.Run(server.OwnerConnectionString, new MigrationOptions { ApiPassword = server.Secrets.Api });
            Policies.Say($"loading 10^6 messages into {server.Description}");
            await Execute(server.OwnerConnectionString, Resource("world.sql"));
            await Execute(server.SuperuserConnectionString, "vacuum analyze");
            // Lets a connection count how often the identity is verified.
            await Execute(server.SuperuserConnectionString, "grant set on parameter track_functions to rlschat_api");
            await Execute(server.OwnerConnectionString, Resource("roles.sql"));
            await Execute(server.OwnerConnectionString, string.Concat(Forms.All.SelectMany(form => form.Install())));
            await Execute(server.SuperuserConnectionString, "checkpoint");
            return new World(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>People and chats that they can read, as requests come: most of them their organization's.</summary>
    public Task<List<Subject>> Subjects() => Query(Resource("subjects.sql"));

    /// <summary>
    /// For six chats of each kind: a stranger, the owner, another member, an outsider, and somebody who
    /// claims to be the owner without their session.
    /// </summary>
    public Task<List<Subject>> Cast() => Query(Resource("cast.sql"));

    /// <summary>The same database once more, changed by this SQL as its owner; how the API's login gets there.</summary>
    public async Task<string> Copy(string name, string change)
    {
        // A template must have no connections; they take a moment to go.
        NpgsqlConnection.ClearAllPools();
        await Task.Delay(500);
        var source = new NpgsqlConnectionStringBuilder(server.OwnerConnectionString);
        await Execute(
            new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString) { Database = "postgres" }.ConnectionString,
            $"create database {name} template {source.Database} strategy file_copy");
        var superuser = new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString) { Database = name };
        await Execute(superuser.ConnectionString, change);
        // The grants of a database are not copied with it.
        await Execute(superuser.ConnectionString, $"grant connect on database {name} to rlschat_api");
        return new NpgsqlConnectionStringBuilder(ApiConnectionString) { Database = name }.ConnectionString;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<List<Subject>> Query(string sql)
    {
        await using var connection = await Open(server.SuperuserConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var subjects = new List<Subject>();
        while (await reader.ReadAsync())
        {
            subjects.Add(new Subject(
                await reader.GetFieldValueAsync<Guid?>(0), reader[1] as string,
                reader.GetGuid(2), reader.GetGuid(3), reader.GetBoolean(4)));
        }

        return subjects;
    }

    private static async Task Execute(string connectionString, string sql)
    {
        await using var connection = await Open(connectionString);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> Open(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(World).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
