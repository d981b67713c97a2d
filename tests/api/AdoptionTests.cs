using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>
/// Moving in: a database of 10^5 rows that the old application's Drizzle made, with what years leave behind, becomes one of
/// this system.
/// </summary>
[Collection(SampleApi.Name)]
public sealed class AdoptionTests
{
    [Fact]
    public async Task A_database_of_the_old_application_moves_in_whole_and_its_people_sign_in()
    {
        await using var old = await (await TestServer.Shared).CreateEmptyDatabase();
        await using var target = await (await TestServer.Shared).CreateDatabase();
        await SampleTests.Install();
        await SampleTests.Run("npx", ["--prefix", "drizzle", "tsc", "--project", "drizzle"]);
        await SampleTests.Run("sh", ["-c", $"cd drizzle && node bin/old.js '{ApiFixture.Url(old.OwnerConnectionString)}'"]);

        // What blocks is named row by row, and nothing is changed.
        var refused = await Adopt(old, target, isDryRun: false);
        Assert.Equal(
            [
                "adjusted Chat 1", "adjusted User 2", "adjusted accounts 250", "adjusted sessions 500", "blocks Message 1", "blocks User 3", "left out Stream 1", "left out Vote 2", "left out sessions 500",
            ],
            refused.Misfits.GroupBy(row => $"{row.Becomes} {row.Table}").Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal));
        Assert.All(refused.Misfits, row => Assert.True(row.Table is "accounts" or "sessions" || Guid.TryParse(row.Key, out _)));
        Assert.Equal(
            ["Chat.pinned", "Role, 5 rows", "Telemetry, 0 rows", "verificationToken, 100 rows"],
            refused.NotMoved.Select(part => part.What).Order(StringComparer.Ordinal));
        Assert.False(refused.IsCommitted);
        Assert.Equal(0, await People(target));

        // Mended in the old database, it is ready, and a dry run still changes nothing.
        await Execute(old.OwnerConnectionString, """
            update "User" set "creditBalance" = '12' where "creditBalance" = 'twelve';
            update "User" set "email" = 'person3@old.example' where "email" like 'PERSON%';
            update "Message" set "parts" = '[]' where "parts"::text like '{%'
            """);
        // Everybody has a password of their own, hashed at bcrypt's lowest cost.
        await Execute(old.OwnerConnectionString, """
            create extension pgcrypto;
            update "User" set "password" = crypt('old password of ' || "email", gen_salt('bf', 4)) where "password" like '$2b$%'
            """);
        Assert.Empty((await Adopt(old, target, isDryRun: true)).Blocking);
        Assert.Equal(0, await People(target));

        var result = await Adopt(old, target, isDryRun: false);
        Assert.True(result.IsCommitted);
        Assert.Equal(101_010, result.Moved.Sum(table => table.Moved));
        Assert.All(result.Moved, table => Assert.Equal(
            table.Old - table.Moved, result.Misfits.Count(row => row.Table == table.Table && row.Outcome == MisfitOutcome.LeftOut)));
        // Read in both databases by other SQL than the move's.
        foreach (var sql in Facts)
        {
            Assert.Equal(await Ask(old.OwnerConnectionString, sql), await Ask(target.RequiredSuperuser, sql));
        }

        Assert.DoesNotContain(await Checks.Run(target.OwnerConnectionString), finding => !finding.IsNote);
        await PeopleSignIn(target);
        await Assert.ThrowsAsync<SetupException>(() => Adopt(old, target, isDryRun: true));

        // The old application's own queries work on the result.
        await DemoWorld.Make(target.OwnerConnectionString, target.AuthConnectionString);
        await using var app = ApiFixture.Build(target);
        await app.StartAsync();
        await SampleTests.Run("node", ["drizzle/bin/main.js", ApiFixture.AddressOf(app).ToString()], true, ("POSTGRES_API_URL", ApiFixture.Url(target.ApiConnectionString)));
    }

    // Questions with one answer, of what both schemas have; the last two of adjusted and orphaned rows.
    private static readonly string[] Facts =
    [
        """
        select string_agg(m."id"::text || m."chatId" || m."role" || (m."parts"::text) || date_trunc('second', m."createdAt"), '' order by m."id")
        from public."Message" m where m."id" <> '00000000-0000-4000-8000-00000000ca7a'
        """,
        """
        select string_agg(u."id"::text || u."email" || coalesce(u."creditBalance"::text::numeric, 0)::numeric(20, 2), '' order by u."id")
        from public."User" u where u."id" <> '00000000-0000-4000-8000-00000000ca7a'
        """,
        """
        select string_agg(concat(d."id", d."title", d."content", d."text", d."userId", s."suggestedText", s."isResolved"), '' order by d."id", d."createdAt")
        from public."Document" d left join public."Suggestion" s on s."documentId" = d."id" and s."documentCreatedAt" = d."createdAt"
        where d."id" <> '00000000-0000-4000-8000-00000000ca7a'
        """,
        """
        select string_agg(concat(v."id", v."message_id", v."user_id", v."value"), '' order by v."id")
        from (select distinct on (v."message_id", v."user_id") v.* from public."Vote" v join public."Message" m on m."id" = v."message_id"
          where v."id" <> '00000000-0000-4000-8000-00000000ca7a' order by v."message_id", v."user_id", v."created_at" desc) v
        """,
    ];

    // All by their hashes, and one over HTTP: then the hash is made again. An old session goes on, by its old token.
    private static async Task PeopleSignIn(TestDatabase target)
    {
        var passwords = new Passwords(Options.Create(new PasswordHasherOptions()));
        var people = (await Ask(target.RequiredSuperuser, """select string_agg("email" || ' ' || "password", ',') from public."User" where "password" is not null"""))
            .Split(',').Select(person => person.Split(' ')).ToList();
        Assert.Equal(899, people.Select(person => person[1]).Distinct().Count());
        Assert.All(people, person => Assert.Equal(PasswordVerificationResult.SuccessRehashNeeded, passwords.Verify(person[1], PasswordOf(person[0]))));
        Assert.Equal(PasswordVerificationResult.Failed, passwords.Verify(people[0][1], PasswordOf(people[1][0])));

        await using var app = ApiFixture.Build(target);
        await app.StartAsync();
        var person = new Person("person", ApiFixture.AddressOf(app));
        (await person.Post("/auth/login", new { email = "PERSON7@old.example", password = PasswordOf("person8@old.example") })).Is(401);
        for (var time = 0; time < 2; time++)
        {
            person.Take((await person.Post("/auth/login", new { email = "PERSON7@old.example", password = PasswordOf("person7@old.example") })).Is(200));
            Assert.StartsWith("AQ", await Ask(target.RequiredSuperuser, """select "password" from public."User" where "email" = 'person7@old.example'"""), StringComparison.Ordinal);
        }

        var still = new Person("still", ApiFixture.AddressOf(app));
        still.Take((await still.Post("/auth/refresh", new { refreshToken = "session 8" })).Is(200));
        Assert.Equal("person8@old.example", (await still.Get("/me")).Is(200).Body["email"]!.GetValue<string>());
        (await still.Post("/auth/refresh", new { refreshToken = "session 7" })).Is(401);
        Assert.Equal(5, (await person.Get("/chats")).Is(200).Body["items"]!.AsArray().Count);
        Assert.Equal("0.50", (await person.Get("/me")).Is(200).Body["creditBalance"]!.ToString());
    }

    private static string PasswordOf(string email) => $"old password of {email}";

    private static Task<AdoptionResult> Adopt(TestDatabase old, TestDatabase target, bool isDryRun) =>
        Adoption.Run(old.OwnerConnectionString, target.OwnerConnectionString, isDryRun, _ => { });

    private static async Task<long> People(TestDatabase target) =>
        long.Parse(await Ask(target.RequiredSuperuser, """select (count(*) - 1)::text from public."User" """), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> Ask(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(string connectionString, string statements)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        foreach (var sql in statements.Split(';'))
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
