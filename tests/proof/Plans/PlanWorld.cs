using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Telemetry;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Plans;

/// <summary>
/// The API over the data set of the bench. The server logs the plan of each statement there, with those of functions and
/// foreign keys.
/// </summary>
public sealed class PlanWorld : IAsyncLifetime
{
    /// <summary>With 50 messages each: 10^6.</summary>
    private const int Chats = 20_000;

    private WebApplication? _app;
    private NpgsqlConnection _log = null!;
    private Person _newcomer = null!;
    private string _file = "";

    internal TestDatabase Database { get; private set; } = null!;

    internal Uri Address { get; private set; } = null!;

    /// <summary>Those who ask, by what they are.</summary>
    internal Dictionary<string, Person> People { get; } = [];

    public async Task InitializeAsync()
    {
        Database = await (await TestServer.Shared).CreateDatabase();
        var superuser = Database.RequiredSuperuser;
        _log = await Sql.Open(superuser);
        await FindLog();
        await Sql.Run(superuser + ";CommandTimeout=0", [$"set bench.chats = {Chats}", .. Script("world.sql"), .. Script("rows.sql"), "vacuum analyze"]);
        // Names of functions are qualified with their schema where it is not in the search path.
        string[] settings =
        [
            "session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on",
            "auto_explain.log_timing = off", "auto_explain.log_nested_statements = on", "auto_explain.log_format = json",
            "search_path = ''",
        ];
        await Sql.Run(superuser, [.. settings.Select(setting => $"alter database {Database.Name} set {setting}")]);
        // Its metrics count all sessions, four times a minute and for nobody's request.
        _app = ApiFixture.Build(Database, adjust: builder => builder.Services.Remove(
            builder.Services.Single(service => service.ImplementationFactory?.Method.ReturnType == typeof(Gauges))));
        await _app.StartAsync();
        Address = ApiFixture.AddressOf(_app);
        var tokens = _app.Services.GetRequiredService<AccessTokens>();
        People["anonymous"] = new Person("anonymous", Address);
        _newcomer = new Person("newcomer", Address) { Email = "newcomer@example.org" };
        _newcomer.Take(await _newcomer.Post("/auth/register", new { email = _newcomer.Email, password = Person.Password }));
        await using var command = new NpgsqlCommand("select name, id, secret from bench.person", _log);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var (name, id) = (rows.GetString(0), rows.GetGuid(1));
            People[name] = new Person(name, Address) { Id = id };
            People[name].Bear(tokens.Issue(id, rows.GetString(2)));
        }
    }

    /// <summary>Fields by which requests prove who somebody is, and names, which must differ.</summary>
    internal IEnumerable<(string Field, string Value)> Credentials(Operation operation) => operation.Id switch
    {
        "auth.register" => [("email", $"{Guid.NewGuid():N}@example.org"), ("password", Person.Password)],
        "auth.login" => [("email", _newcomer.Email), ("password", Person.Password)],
        "auth.refresh" or "auth.logout" => [("refreshToken", _newcomer.RefreshToken)],
        "auth.password" => [("token", new string('E', 43))],
        _ => [("name", $"{Guid.NewGuid():N}")],
    };

    /// <summary>Does something, and returns the plans of all statements meanwhile.</summary>
    internal async Task<(T Result, IReadOnlyList<Plan> Plans)> Ask<T>(Func<Task<T>> request)
    {
        var position = await Ask<long>("select size from pg_stat_file($1)", _file);
        var result = await request();
        var log = await Ask<string>("select pg_read_file($1, $2, 1000000000)", _file, position);
        return (result, [.. Plan.In(log)]);
    }

    /// <summary>A judge who knows the tables and indexes of this database.</summary>
    internal async Task<Judge> Judge() => new((await Ask<string[]>(
        """
        select array_agg(relname || ' ' || case relkind when 'i' then pg_get_indexdef(oid, 1, true) else '' end)
        from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')
        """)).Select(relation => relation.Split(' ', 2)).ToDictionary(relation => relation[0], relation => relation[1]));

    /// <summary>Changes the database as superuser.</summary>
    internal Task Run(params string[] statements) => Sql.Run(Database.RequiredSuperuser, statements);

    /// <summary>The first column of the first row, as superuser.</summary>
    internal async Task<T> Ask<T>(string sql, params object[] args)
    {
        await using var command = new NpgsqlCommand(sql, _log);
        foreach (var arg in args)
        {
            command.Parameters.Add(new() { Value = arg });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _log.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task FindLog()
    {
        NotRunException.Unless(await HasAutoExplain(), "auto_explain", "a server with the modules that PostgreSQL comes with");
        _file = await Ask<string>("select coalesce(pg_current_logfile('stderr'), current_setting('data_directory') || '/../server.log')");
        NotRunException.Unless(
            await Ask<bool>("select exists (select from pg_stat_file($1, true) where size is not null)", _file),
            "server_log", "a server that logs to a file");
    }

    private async Task<bool> HasAutoExplain()
    {
        try
        {
            await Sql.Run(Database.RequiredSuperuser, "load 'auto_explain'");
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedFile)
        {
            return false;
        }
    }

    /// <summary>The statements of a file. Npgsql sends one at a time.</summary>
    private static string[] Script(string name)
    {
        using var reader = new StreamReader(typeof(PlanWorld).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
