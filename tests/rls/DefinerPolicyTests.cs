using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What the owners of functions may see and write themselves: policies hold builtin_definer to the canary rows, and membership_definer to what
/// belongs to an organization, so that a careless function could do no more.
/// </summary>
public sealed class DefinerPolicyTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Canary = "'00000000-0000-4000-8000-00000000ca7a'";
    private const string Another = "'00000000-0000-4000-8000-00000000ca7b'";

    public static readonly TheoryData<string> Inserts = new()
    {
        """insert into public."Chat" ("id", "title", "userId") values ({id}, 't', [owner])""",
        """insert into public."Document" ("id", "title", "userId") values ({id}, 't', [owner])""",
        """insert into public."Message" ("id", "chatId", "role", "parts", "userId") select {id}, [chat], 'user', '[]', [owner]""",
        """insert into public."Vote" ("id", "message_id", "user_id", "value") select {id}, [message], [owner], 'up'""",
        """insert into public."Stream" ("id", "chatId", "userId") select {id}, [chat], [owner]""",
        """insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "userId") select {id}, [document], [document at], '', '', [owner]""",
        """insert into public."Role" ("id", "name", "permissions", "organizationId") values ({id}, 'mine', '{}', [Acme])""",
    };

    [Theory]
    [MemberData(nameof(Inserts))]
    public async Task It_makes_the_canary_and_no_other_row(string insert)
    {
        await Rows.Chat(Db, "organization", "owner");
        await Rows.Document(Db, "organization", "owner");
        await Db.As("owner").Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Forget(insert);
        Assert.Equal(Outcome.Denied, await Db.AsRole("builtin_definer").Try(insert.Replace("{id}", Another, StringComparison.Ordinal)));
        if (!insert.Contains("Role", StringComparison.Ordinal))
        {
            Assert.Equal(Outcome.Yes, await Db.Try(insert.Replace("{id}", Canary, StringComparison.Ordinal)));
        }
    }

    // The canary itself is made by app_private.ensure_builtin_rows in every migration.
    [Theory]
    [InlineData("""insert into public."User" ("id") values ('00000000-0000-4000-8000-00000000ca7b')""")]
    [InlineData("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'mine')""")]
    [InlineData("""insert into public.sessions ("userId", "expires", "sessionToken") values ([owner], 'infinity', 'mine')""")]
    public async Task It_makes_no_person_and_no_way_in(string insert)
    {
        Assert.Equal(Outcome.Denied, await Db.AsRole("builtin_definer").Try(insert));
    }

    [Theory]
    [InlineData("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ({id}, 'canary', 'another', 'another')""")]
    [InlineData("""insert into public.sessions ("userId", "expires", "sessionToken") values ({id}, 'infinity', 'another')""")]
    public async Task It_makes_the_rows_of_the_canary(string insert)
    {
        Assert.Equal(Outcome.Yes, await Db.AsRole("builtin_definer").Try(insert.Replace("{id}", Canary, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("personal", Outcome.Hidden)]
    [InlineData("organization", Outcome.Yes)]
    public async Task It_hands_over_what_is_an_organizations(string row, Outcome expected)
    {
        await Rows.Chat(Db, row, "owner");
        await Rows.Document(Db, row, "owner");
        Assert.Equal(expected, await Db.AsRole("membership_definer").Try("""update public."Chat" set "userId" = [member] where "id" = [chat]"""));
        Assert.Equal(expected, await Db.Try("""update public."Document" set "userId" = [member] where "id" = [document]"""));
    }

    [Fact]
    public async Task It_puts_the_built_in_roles_right_and_no_organizations()
    {
        const string Rename = """update public."Role" set "name" = 'renamed' where "id" = [which]""";
        Assert.Equal(Outcome.Yes, await Db.AsRole("builtin_definer").Try(Rename.Replace("which", "member role", StringComparison.Ordinal)));
        Assert.Equal(Outcome.Hidden, await Db.Try(Rename.Replace("which", "role of can_view_audit", StringComparison.Ordinal)));
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Role" set "organizationId" = [Acme] where "id" = [member role]"""));
    }

    // Such an update asks no policy of reading: what it changes is decided by its own policy alone.
    [Theory]
    [InlineData("membership_definer", "Chat", "userId", "[member]", "\"organizationId\" is not null")]
    [InlineData("membership_definer", "Document", "userId", "[member]", "\"organizationId\" is not null")]
    [InlineData("chat_definer", "Stream", "octets", "7", "\"userId\" = [owner]")]
    [InlineData("builtin_definer", "Role", "permissions", """'{"can_manage_chats": true, "can_manage_roles": true}'""", "\"organizationId\" is null")]
    public async Task An_update_without_a_condition_changes_no_other_rows(string role, string table, string column, string value, string its)
    {
        await MakeRows();
        await Db.As("member").Do("""insert into public."Stream" ("chatId") values ([chat])""");
        Task<List<string>> Where(string condition) => Db.List($"""select "id" from public."{table}" where {condition} order by "id" """);
        await Db.AsRole("rlschat_backup");
        var (own, others) = (await Where(its), await Where($"not ({its})"));
        Assert.NotEmpty(own);
        Assert.NotEmpty(others);

        await Db.AsRole(role).Do("select set_config('auth.uid', [owner], true)");
        await Db.Do($"""update public."{table}" set "{column}" = {value}""");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(own, await Where($""" "{column}" = {value}"""));
    }

    /// <summary>Beside each row that a function may not see or change, the one that it may.</summary>
    [Theory]
    [InlineData("membership_definer", """select from public."Chat" where "id" = [personal]""", false)]
    [InlineData("membership_definer", """select from public."Chat" where "id" = [chat]""", true)]
    [InlineData("membership_definer", """select from public."Document" where "id" = [own]""", false)]
    [InlineData("membership_definer", """select from public."Document" where "id" = [document]""", true)]
    [InlineData("identity_definer", """select from public.sessions where "userId" = [member]""", false)]
    [InlineData("identity_definer", """select from public.sessions where "userId" = [owner]""", true)]
    [InlineData("live_definer", """select from public.sessions where "userId" = [member]""", false)]
    [InlineData("live_definer", """select from public.sessions where "userId" = [owner]""", true)]
    [InlineData("chat_definer", """select from public."Stream" where "id" = [stream]""", false)]
    [InlineData("chat_definer", """select from public."StreamChunk" where "streamId" = [stream]""", false)]
    [InlineData("builtin_definer", """select from public."Role" where "organizationId" is not null""", false)]
    [InlineData("builtin_definer", """select from public."Role" where "organizationId" is null""", true)]
    public async Task It_sees(string role, string question, bool expected)
    {
        await MakeRows();
        Assert.Equal(expected, await Db.AsRole(role).Ask<bool>($"select exists ({question})"));
    }

    [Fact]
    public async Task It_sees_the_stream_of_the_person_who_asks()
    {
        await MakeRows();
        await Db.AsRole("chat_definer").Do("select set_config('auth.uid', [owner], true)");
        Assert.True(await Db.Ask<bool>("""select exists (select from public."StreamChunk" where "streamId" = [stream])"""));
    }

    [Theory]
    [InlineData("owner", "owner", Outcome.Yes)]
    [InlineData("owner", "member", Outcome.Denied)]
    [InlineData("outsider", "outsider", Outcome.Denied)]
    public async Task It_writes_a_message_for_the_person_who_asks_and_may_write(string asks, string author, Outcome expected)
    {
        await MakeRows();
        await Db.AsRole("chat_definer").Do($"select set_config('auth.uid', [{asks}], true)");
        Assert.Equal(expected, await Db.Try($"""insert into public."Message" ("chatId", "role", "parts", "userId") values ([chat], 'assistant', '[]', [{author}])"""));
    }

    [Theory]
    [InlineData("""update public."Organization" set "name" = 'renamed' where "id" = [Acme]""", Outcome.Denied)]
    [InlineData("""delete from public."Organization" where "id" = [Acme]""", Outcome.Hidden)]
    [InlineData("""delete from public."Organization" where "id" = [empty]""", Outcome.Yes)]
    [InlineData("""update public."Invitation" set "acceptedAt" = now() where "email" = 'accepted@test'""", Outcome.Hidden)]
    [InlineData("""update public."Invitation" set "acceptedAt" = now() where "email" = 'open@test'""", Outcome.Yes)]
    [InlineData("""update public."Invitation" set "acceptedAt" = null where "email" = 'open@test'""", Outcome.Denied)]
    public async Task A_change_of_membership(string change, Outcome expected)
    {
        await MakeRows();
        await Db.AsRole("membership_definer").Make("empty", """insert into public."Organization" ("name") values ('empty')""");
        Assert.Equal(expected, await Db.Try(change));
    }

    [Theory]
    [InlineData("\"Chat\"", "id")]
    [InlineData("\"Document\"", "id")]
    [InlineData("\"Message\"", "id")]
    [InlineData("\"Stream\"", "id")]
    [InlineData("\"StreamChunk\"", "streamId")]
    [InlineData("\"Suggestion\"", "id")]
    [InlineData("\"User\"", "id")]
    [InlineData("\"Vote\"", "id")]
    [InlineData("accounts", "userId")]
    [InlineData("sessions", "userId")]
    public async Task It_sees_the_canary_and_no_other_row(string table, string column)
    {
        await MakeRows();
        Assert.Equal([Canary.Trim('\'')], await Db.AsRole("builtin_definer").List($"""select distinct "{column}" from public.{table}"""));
    }

    // An organization's chat and a personal one, documents, a suggestion, a message with a vote, a stream with a chunk, a
    // linked account, a session that lives and one that was revoked, an invitation that is open and one that was accepted.
    private async Task MakeRows()
    {
        await Rows.Chat(Db, "organization", "owner");
        await Rows.Chat(Db, "personal", "owner", "personal");
        await Rows.Document(Db, "organization", "owner");
        await Rows.Document(Db, "personal", "owner", "own");
        await Db.As("owner").Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.Do("""insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        await Db.Do("""insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") values ([document], [document at], 'a', 'b')""");
        await Db.Do("""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'a')""");
        await Db.As("admin");
        await Db.Do("select public.invite_member('open@test', [member role], sha256('open')), public.invite_member('accepted@test', [member role], sha256('accepted'))");
        await Db.AsRole("sign_in_definer");
        await Db.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'octo')""");
        await Db.Do("select auth.open_session([owner], sha256('lives'), sha256('secret')), auth.open_session([member], sha256('revoked'), sha256('other'))");
        await Db.Do("""update public.sessions set "revoked" = now() where "userId" = [member]""");
        await Db.AsRole("membership_definer").Do("""update public."Invitation" set "acceptedAt" = now() where "email" = 'accepted@test'""");
    }

    // The canary rows are there already, each a child of another.
    private async Task Forget(string insert)
    {
        var table = insert.Split('"')[1];
        await Db.AsRole("rlschat_owner").Do($"""alter table public."{table}" no force row level security, disable trigger user""");
        await Db.Do($"""delete from public."{table}" where "id" = {Canary}""");
        await Db.Do($"""alter table public."{table}" force row level security, enable trigger user""");
    }
}
