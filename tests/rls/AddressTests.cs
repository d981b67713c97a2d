using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>An e-mail address is one in every spelling: each place that compares addresses folds them.</summary>
public sealed partial class AddressTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly string[] Folders = ["db/functions", "db/views", "db/triggers", "db/policies", "src"];

    // As stored, and as typed with another keyboard: "É" decomposed, "ß" in capitals.
    private const string Stored = "josé.ß@test", Typed = """JOSE\0301.SS@Test""";

    [Theory]
    [InlineData("Ana@Test", "aNA@tEST")]
    [InlineData("josé@test", """JOSE\0301@test""")]
    [InlineData("straße@test", "STRASSE@test")]
    [InlineData("straße@test", """STRA\1E9EE@test""")]
    [InlineData("σίσυφος.α@test", "ΣΊΣΥΦΟΣ.Α@test")]
    [InlineData("""a\0323\0307@test""", """A\0307\0323@test""")]
    [InlineData("k@test", """\212A@test""")]
    [InlineData("""i\0307@test""", """\0130@test""")]
    [InlineData("""\+01D7CA@test""", """\+01D7CA@TEST""")]
    public async Task Spellings_of_one_address_fold_to_one_text(string one, string other)
    {
        var folded = await Fold(one);
        Assert.Equal(folded, await Fold(other));
        Assert.Equal(folded, await Fold(folded));
        // Whatever the database's collation is.
        Assert.Equal(folded, await Db.Ask<string>($"""select auth.folded_address(u&'{other}' collate "C")"""));
    }

    [Theory]
    [InlineData("kirmizi@test", "kırmızı@test")]
    [InlineData("jose@test", "josé@test")]
    [InlineData("ana@test", "ana@test2")]
    [InlineData("аna@test", "ana@test")]
    public async Task Different_addresses_fold_to_different_texts(string one, string other) => Assert.NotEqual(await Fold(one), await Fold(other));

    [Theory]
    [InlineData("select \"userId\" from auth.credentials(u&'$')")]
    [InlineData("select app_private.grant_operator(u&'$')")]
    public async Task A_person_is_found_by_any_spelling(string sql)
    {
        var person = await SignUp();
        Assert.Equal(person, await Db.Ask<Guid>(sql.Replace("$", Typed, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_address_has_one_account()
    {
        await SignUp();
        Assert.Equal("RC001", await Db.Error($"select auth.sign_up(u&'{Typed}', 'hash')"));
        Assert.Equal("23505", await Db.Error($"""insert into public."User" ("email") values (normalize(u&'{Typed}'))"""));
    }

    [Fact]
    public async Task An_address_is_shown_as_it_was_typed_but_for_its_Unicode_form()
    {
        await Db.Do($"select auth.sign_up(u&'{Typed}', 'hash')");
        Assert.Equal(["JOSÉ.SS@Test"], await Db.List($"""select "email" from auth.credentials('{Stored}')"""));
    }

    /// <summary>
    /// "ß" folds to "ss", and the two are different mailboxes: whoever owns one must not be mailed what the other is to receive.
    /// </summary>
    [Attack]
    [Fact]
    public async Task Unicode_lookalike_takes_over_by_reset_password()
    {
        await SignUp();
        Assert.Equal(Stored, await Db.Ask<string>($"select auth.request_verification('reset_password', u&'{Typed}', sha256('t'))"));
        Assert.Null(await Db.Error("select auth.reset_password(sha256('t'), 'new')"));
        await Db.Do($"""update public."User" set "email" = normalize(u&'{Typed}') where "email" = '{Stored}'""");
        Assert.Equal("RC010", await Db.Error("select auth.reset_password(sha256('t'), 'new')"));
    }

    [Attack]
    [Theory]
    [InlineData("""JOSE\0301.ß@test""", true)]
    [InlineData(Typed, false)]
    public async Task Unicode_lookalike_takes_over_by_an_account_elsewhere(string proven, bool links)
    {
        var person = await SignUp();
        await Db.Do($"""update public."User" set "emailVerified" = now() where "id" = '{person}'""");
        var found = await Db.Ask<Guid>($"select auth.sign_in_oauth('github', 'g', null, u&'{proven}', true); set constraints all immediate");
        Assert.Equal(links, found == person);
        Assert.Equal([Stored], await Db.List($"""select "email" from public."User" where "id" = '{person}'"""));
        Assert.Equal([links ? Stored : ""], await Db.List($"""select "email" from public."User" where "id" = '{found}'"""));
    }

    [Fact]
    public async Task Proving_an_address_takes_it_from_who_has_not_proven_another_spelling()
    {
        var squatter = await SignUp();
        var person = await Db.Ask<Guid>($"select auth.sign_in_oauth('github', 'g', null, u&'{Typed}', true); set constraints all immediate");
        Assert.Equal(["JOSÉ.SS@Test"], await Db.List($"""select "email" from public."User" where "id" = '{person}'"""));
        Assert.Equal([""], await Db.List($"""select "email" from public."User" where "id" = '{squatter}'"""));
    }

    [Fact]
    public async Task An_invitation_is_to_all_spellings_of_its_address()
    {
        var person = await SignUp();
        await Db.Do($"""update public."User" set "emailVerified" = now() where "id" = '{person}'""");
        await Db.As("admin").Do($"select public.invite_member('{Stored}', [member role], sha256('first'))");
        await Db.Do($"select public.invite_member(u&'{Typed}', [member role], sha256('second'))");
        Assert.Equal(["JOSÉ.SS@Test"], await Db.List("""select "email" from public."Invitation" where "email" ilike 'jos%' """));
        await Db.Do($"select set_config('auth.uid', '{person}', true)");
        Assert.Equal(Fixture.World["Acme"], await Db.Ask<Guid>("select public.accept_invitation('second')"));
    }

    [Fact]
    public async Task Proving_ones_address_stores_its_composed_form()
    {
        var person = await SignUp();
        await Db.Do($"select set_config('auth.uid', '{person}', true)");
        Assert.Equal("JOSÉ.SS@Test", await Db.Ask<string>($"select auth.request_verification('verify_email', u&'{Typed}', sha256('t'))"));
        Assert.Equal(person, await Db.Ask<Guid>("select auth.verify_email(sha256('t'))"));
        Assert.Equal(["JOSÉ.SS@Test"], await Db.List($"""select "email" from public."User" where "id" = '{person}'"""));
    }

    // What folds in its own way forgets the Unicode form, and what it folds depends on the database's collation.
    [Fact]
    public void Nothing_else_folds_an_address()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));
        Assert.Equal(
            ["db/functions/sign_in/sign_in_oauth.sql"],
            Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
                .Where(file => Path.GetExtension(file) is ".sql" or ".cs" && Lower().IsMatch(File.ReadAllText(file)))
                .Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal));
    }

    protected override Task Prepare() => Db.AsRole("rlschat_test_functions");

    private Task<Guid> SignUp() => Db.Ask<Guid>($"select auth.sign_up('{Stored}', 'hash')");

    private Task<string> Fold(string address) => Db.Ask<string>($"select auth.folded_address(u&'{address}')");

    private static string ThisFile([CallerFilePath] string file = "") => file;

    [GeneratedRegex("""\b(lower|upper|casefold)\([\w.]*"?e?-?mail|email.* (ilike|~~?\*) """, RegexOptions.IgnoreCase)]
    private static partial Regex Lower();
}
