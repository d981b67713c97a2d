using System.Buffers.Text;
using System.Text;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>make why, make who and make reach: who may do what to a row, and what decides.</summary>
public sealed class WhyTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    private string Owner => database.OwnerConnectionString;

    public async Task InitializeAsync()
    {
        database = await (await TestServer.Shared).CreateDatabase();
        await DemoWorld.Make(Owner, database.AuthConnectionString);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task It_names_for_every_command_what_decides()
    {
        var chat = await PrivateChat();
        var message = await Ask<Guid>($"""select "id" from public."Message" where "chatId" = '{chat}' limit 1""");

        var ana = await Why(DemoPerson.Ana.Email, "Chat", $"{chat}");
        Assert.StartsWith("select  yes     policy org_access\ninsert  ", ana, StringComparison.Ordinal);
        Assert.Contains("\nana@acme.example: role regular_user, login ", ana, StringComparison.Ordinal);
        Assert.Contains("\npublic.\"Chat\": RLS enabled, forced, owner rlschat_owner; policies apply\n", ana, StringComparison.Ordinal);

        // Nobody has signed in here.
        Assert.Contains("\nlive    no      no session of the person is live, so their subscriptions have ended\n", ana, StringComparison.Ordinal);

        var nobody = await Why("anonymous", "Chat", $"{chat}", "--for", "delete");
        Assert.StartsWith("delete  denied  missing grant delete on public.\"Chat\" to anonymous\n", nobody, StringComparison.Ordinal);

        // Through another table, whose policies are explained in turn.
        var dan = await Why(DemoPerson.Dan.Email, "Message", $"{message}", "--for", "select");
        Assert.StartsWith("select  hidden  select policy select_reader: rows of public.\"Chat\"", dan, StringComparison.Ordinal);
        Assert.Contains("a row exists, hidden from this person\n", dan, StringComparison.Ordinal);
        Assert.Contains("\nlive    no      the person does not see the row's chat: none of the select policies org_access, ", dan, StringComparison.Ordinal);
        Assert.Contains("\nfalse  live delivery of message.created\n", dan, StringComparison.Ordinal);
        Assert.Contains("false  policy org_access: Members see every chat in their organization.", dan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_is_named_by_its_key_or_by_a_JSON_object()
    {
        var id = await Ask<Guid>("""select "id" from public."Document" limit 1""");
        var at = await Ask<string>($"""select "createdAt"::text from public."Document" where "id" = '{id}' limit 1""");

        var byKey = await Why(DemoPerson.Ana.Email, "Document", $"{id},{at}");
        Assert.Contains("\nupdate  denied  missing grant update on public.\"Document\" to regular_user\n", byKey, StringComparison.Ordinal);
        Assert.Equal(byKey, await Why(DemoPerson.Ana.Email, "Document", $$"""{"id": "{{id}}", "createdAt": "{{at}}"}"""));
        Assert.StartsWith("select  absent  \"Document\" has no row with this id, createdAt\n",
            await Why(DemoPerson.Ana.Email, "Document", $"{id},2000-01-01"), StringComparison.Ordinal);
        Assert.StartsWith("insert  yes     policy users_manage_own_chats_insert and policy users_own_chats\n",
            await Why(DemoPerson.Ana.Email, "Chat", "", "--for", "insert", "--set", """{"title": "x"}""", "--returning", "1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody@acme.example", "Chat", "' or true", "Nobody has the address nobody@acme.example.")]
    [InlineData("ana@acme.example", "Chats", "' or true", "There is no table \"Chats\"; there are ")]
    [InlineData("ana@acme.example", "Chat", "' or true", "The key: invalid input syntax for type uuid")]
    [InlineData("ana@acme.example", "Chat", "{\"colour\": 1}", "\"Chat\" has no column \"colour\"; it has id, ")]
    [InlineData("ana@acme.example", "Message", "{\"role\": \"user\"}", "Several rows of \"Message\" have this key.")]
    [InlineData("ana@acme.example", "Document", "a,b,c", "The key of \"Document\" is id, createdAt: ROW has 3 values.")]
    public async Task What_cannot_be_asked_it_says(string who, string table, string row, string says)
    {
        var (exitCode, output) = await DatabaseCommand.Run(Owner, "why", who, table, row);

        Assert.Equal(1, exitCode);
        Assert.Contains(says, output, StringComparison.Ordinal);
    }

    /// <summary>What happens to a session, and how it is explained.</summary>
    public static readonly TheoryData<string, string> Sessions = new()
    {
        { "select", "the session is live" },
        { """update public.sessions set "revoked" = now() where""", "the session has ended: it was revoked" },
        { """update public.sessions set "expires" = now() - interval '1 day' where""", "the session has ended: it expired" },
        { """delete from public.sessions where""", "the session has ended: no session of this person has the token's secret" },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Of_a_token_it_says_whether_its_session_is_live_as_the_API_s_login_decides(string change, string says)
    {
        var chat = await PrivateChat();
        var ana = await Ask<Guid>($"""select "id" from public."User" where "email" = '{DemoPerson.Ana.Email}'""");
        await database.AuthConnectionString.Ask<DateTime>($"select auth.open_session('{ana}', sha256('refresh'), sha256('secret'))");
        if (change != "select")
        {
            await Owner.Do("set role sign_in_definer", $"""{change} "secretDigest" = sha256('secret')""");
        }

        var output = await Why("--token", Token(ana, "secret"), "Chat", $"{chat}", "--for", "select");

        var isLive = change == "select";
        Assert.Contains($", {says}", output, StringComparison.Ordinal);
        Assert.StartsWith(isLive ? "select  yes     policy org_access" : $"select  hidden  {says}", output, StringComparison.Ordinal);
        Assert.Equal(isLive, await database.ApiConnectionString.Ask<bool>("select auth.uid() is not null", $"set auth.uid = '{ana}'", "set auth.session = 'secret'"));
    }

    [Fact]
    public async Task It_says_who_can_read_change_or_delete_a_row()
    {
        var (exitCode, output) = await DatabaseCommand.Run(Owner, "who", "Chat", $"{await PrivateChat()}");

        Assert.True(exitCode == 0, output);
        // The first cell of each row; more lines of a row have none.
        Assert.Equal(["who", "ana@acme.example", "ben@acme.example", "cleo@acme.example"],
            output.Split('\n').Where(line => line.StartsWith('│')).Select(line => line.Split('│')[1].Trim()).Where(cell => cell.Length > 0));
        Assert.Contains("\nNobody else can.\n", output, StringComparison.Ordinal);
        Assert.Contains("policy org_access", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_counts_the_rows_that_a_person_can_read_change_and_delete()
    {
        var (exitCode, output) = await DatabaseCommand.Run(Owner, "reach", DemoPerson.Dan.Email);

        Assert.True(exitCode == 0, output);
        var cells = output.Split('\n').Where(line => line.StartsWith('│')).Select(line => line.Split('│', StringSplitOptions.TrimEntries)[1..^1]).ToDictionary(row => row[0]);
        Assert.Equal(["table", "select", "update", "delete"], cells["table"]);
        var chats = await Owner.Ask<long>("""select count(*) from public."Chat" """, "set role regular_user", $"set auth.uid = '{await Ask<Guid>($"""select "id" from public."User" where "email" = '{DemoPerson.Dan.Email}'""")}'");
        Assert.Equal($"{chats}", cells["Chat"][1]);
        Assert.Equal(["denied", "denied", "denied"], cells["Event"][1..]);
    }

    // One of Acme, which Dan is no member of.
    private Task<Guid> PrivateChat() => Ask<Guid>(
        """select "id" from public."Chat" where "organizationId" is not null and "visibility" = 'private' order by "title" limit 1""");

    private async Task<T> Ask<T>(string sql) => (await Owner.Ask<T>(sql, "set role rlschat_backup"))!;

    private async Task<string> Why(params string[] arguments)
    {
        var (exitCode, output) = await DatabaseCommand.Run(Owner, ["why", .. arguments]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static string Token(Guid person, string secret) => string.Join('.', new[]
    {
        """{"alg":"HS256","typ":"at+jwt"}""",
        $$"""{"sub":"{{person}}","ses":"{{secret}}","exp":{{DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeSeconds()}}}""",
        "unsigned",
    }.Select(part => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part))));
}
