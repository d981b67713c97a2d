using RlsChat.Database.Explaining;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Explaining;

/// <summary>For mistakes in grants, policies and constraints, <c>make why</c> names what refuses, or wrongly admits.</summary>
public sealed partial class SeededMistakeTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    /// <summary>
    /// Blocks of a title, the mistake in SQL, the question ("who command table", then a JSON object for SET,
    /// "reads a,b" for RETURNING, "key column" for another key) and the expected line: verdict, and part of the reason.
    /// </summary>
    public static readonly TheoryData<string, string, string, string> Mistakes = Blocks($"{OfPolicies}\n\n{OfConstraints}");

    /// <summary>Those that only a superuser can make.</summary>
    public static readonly TheoryData<string, string, string, string> OfSuperusers = Blocks("""
        the role bypasses RLS
        alter role regular_user bypassrls;
        ? member select Note
        = yes regular_user has BYPASSRLS

        the role owns the table, and RLS is not forced
        alter table public."Note" owner to regular_user;
        alter table public."Note" no force row level security;
        ? member select Note
        = yes regular_user owns public."Note", and RLS is not forced on it

        the schema is not granted
        revoke usage on schema public from public;
        set local role rlschat_owner;
        revoke usage on schema public from regular_user;
        ? owner select Note
        = denied missing grant usage on schema public
        """);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public Task It_names_what_decides(string mistake, string sql, string question, string expected) =>
        Check(Db, mistake, sql, question, expected);

    /// <summary>The login of POST /monitor/explain may not become the owner.</summary>
    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task It_names_it_also_by_the_login_of_the_API(string mistake, string sql, string question, string expected)
    {
        // Only a superuser can become a login, which does not see the mistake before it is committed otherwise.
        await using var connection = new Npgsql.NpgsqlConnection(Fixture.Database.RequiredSuperuser);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Check(new Db(connection, Fixture.World), mistake, sql, question, expected, login: "rlschat_explain");
    }

    [Theory]
    [MemberData(nameof(OfSuperusers))]
    public Task It_names_what_exempts_from_policies(string mistake, string sql, string question, string expected) =>
        ServerRoles.Alter(async () =>
        {
            await using var connection = new Npgsql.NpgsqlConnection(Fixture.Database.RequiredSuperuser);
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await Check(new Db(connection, Fixture.World), mistake, sql, question, expected, mistakeBy: "none");
            return true;
        });

    [Fact]
    public async Task An_ended_session_is_named_before_the_policies_that_it_fails()
    {
        await MakeSoundTables(Db);
        var ended = new Caller("owner", "regular_user", null, SessionState.Ended, null, "it was revoked");
        var explanation = await Explainer.Explain(Db.Connection, ended, await Ask(Db, "owner select Note"));
        Assert.StartsWith("select  hidden  the session has ended: it was revoked: select policy select_owner", Report.Line(explanation), StringComparison.Ordinal);
        Assert.Contains("auth.uid() is null (nobody), the session has ended: it was revoked", explanation.Facts[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explaining_leaves_nothing_behind()
    {
        await MakeSoundTables(Db);
        await Db.As("owner");
        foreach (var command in Enum.GetValues<Command>())
        {
            await Explainer.Explain(Db.Connection, Db.Caller("member"), await Ask(Db, $"member {command} Note"));
            await Explainer.Explain(Db.Connection, Db.Caller("owner"), await Ask(Db, $"owner {command} Note"));
        }

        Assert.Equal(["regular_user"], await Db.List("select current_user"));
        Assert.Equal(["old"], await Db.List("""select "text" from public."Note" """));
        Assert.Equal([], await Db.List("select nspname from pg_namespace where nspname = 'explaining'"));
    }

    private static async Task Check(Db db, string mistake, string sql, string question, string expected, string mistakeBy = "rlschat_owner", string? login = null)
    {
        await MakeSoundTables(db);
        await db.AsRole(mistakeBy).Do(sql);
        var asked = await Ask(db, question);
        if (login is not null)
        {
            await db.AsRole("none").Do($"set local session authorization {login}");
        }

        var explanation = await Explainer.Explain(db.Connection, db.Caller(question.Split(' ')[0]), asked);
        var line = Report.Line(explanation);
        var details = string.Join('\n', Report.Details(explanation).Prepend($"{mistake}: {line}"));
        Assert.True(line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[1] == expected.Split(' ')[0], details);
        Assert.True(line.Contains(expected[(expected.IndexOf(' ', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal), $"{expected}\n{details}");
        Assert.True(explanation.IsConsistent, details);
        // The row's values are not printed.
        Assert.DoesNotContain("tell nobody", details, StringComparison.Ordinal);
    }

    private static async Task<Question> Ask(Db db, string question)
    {
        var (words, set) = question.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at
            ? (question[..at], question[at..(question.LastIndexOf('}') + 1)]) : (question, null);
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? After(string word) => $"{question} ".Split($" {word} ") is [_, var rest] ? rest.Trim() : null;
        var command = Enum.Parse<Command>(parts[1], ignoreCase: true);
        var (table, key) = (parts[2], After("key") ?? "id");
        var row = db.Resolve($"[{table}]").Trim('\'');
        return new Question(
            table, command, set is not null && command == Command.Insert ? [] : new Dictionary<string, string?> { [key] = key == "id" ? row : "taken" },
            set is null ? null : db.Resolve(set).Replace('\'', '"'), After("reads")?.Split(','));
    }

    private static TheoryData<string, string, string, string> Blocks(string text)
    {
        var blocks = new TheoryData<string, string, string, string>();
        foreach (var lines in text.ReplaceLineEndings("\n").Split("\n\n").Select(block => block.Split('\n')))
        {
            blocks.Add(lines[0], string.Join('\n', lines[1..^2]), lines[^2][2..], lines[^1][2..]);
        }

        return blocks;
    }

    // People do as they like with their own folders and notes. One note of "owner" is there, in a folder of theirs.
    private static async Task MakeSoundTables(Db db)
    {
        await db.AsRole("rlschat_owner").Do("""
            create table public."Folder" ("id" uuid primary key default gen_random_uuid(), "userId" uuid default auth.uid());
            create table public."Note" (
              "id" uuid primary key default gen_random_uuid(),
              "text" varchar(30) not null check ("text" <> ''),
              "slug" text unique,
              "userId" uuid default auth.uid(),
              "folderId" uuid references public."Folder",
              "isDone" boolean default false,
              "length" integer generated always as (length("text")) stored,
              "number" integer generated always as identity);
            call app_private.reset_policies('public."Folder"');
            call app_private.reset_policies('public."Note"');
            grant select, insert, update, delete on public."Folder", public."Note" to regular_user;
            call app_private.crud_policy('public."Folder"', 'regular_user', rule => '"userId" = (select auth.uid())');
            call app_private.crud_policy('public."Note"', 'regular_user', rule => '"userId" = (select auth.uid())');
            """);
        await db.As("member").Make("theirs", """insert into public."Folder" default values""");
        await db.As("owner").Make("Folder", """insert into public."Folder" default values""");
        await db.Make("Note", """insert into public."Note" ("text", "slug", "folderId") values ('old', 'taken', [Folder])""");
        db.Remember("nowhere", Guid.NewGuid());
    }
}
