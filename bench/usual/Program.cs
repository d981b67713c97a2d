// The requests of the comparison as they are usually written: the tenant and the person come from the token, a global
// query filter of EF Core keeps each query to them, and the database lets the login read everything.
using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using RlsChat.Bench.Usual;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls($"http://127.0.0.1:{builder.Configuration["PORT"]}");
// One line a request, as the API logs.
builder.Logging.ClearProviders().AddJsonConsole().AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddHttpContextAccessor();
builder.Services.AddDbContextPool<Db>(options =>
    options.UseNpgsql(builder.Configuration["DATABASE"]).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
builder.Services.AddScoped<Tenant>();
builder.Services.AddAuthentication().AddJwtBearer(bearer =>
{
    bearer.MapInboundClaims = false;
    bearer.TokenValidationParameters = new TokenValidationParameters
    {
        ValidIssuer = "bench",
        ValidAudience = "bench",
        IssuerSigningKey = new SymmetricSecurityKey(Convert.FromBase64String(builder.Configuration["KEY"]!)) { KeyId = builder.Configuration["KID"] },
    };
});
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication().UseAuthorization().Use(async (context, next) =>
{
    var started = Stopwatch.GetTimestamp();
    await next(context);
    var (path, time, person) = (context.Request.Path.Value!, Stopwatch.GetElapsedTime(started).TotalMilliseconds, context.User.FindFirst("sub")?.Value);
    Log.Request(app.Logger, path, time, context.Response.StatusCode, person);
});
app.MapGet("/health", () => "ok");
var chats = app.MapGroup("/chats").RequireAuthorization();

chats.MapGet("", async (Tenant tenant) => Page(
    await tenant.Db.Chats.Where(chat => chat.UserId == tenant.Person)
        .OrderByDescending(chat => chat.CreatedAt).ThenByDescending(chat => chat.Id).Take(21).ToListAsync(), 20, chat => $"{chat.CreatedAt:O} {chat.Id}"));

chats.MapGet("/{id:guid}/messages", async (Guid id, int? limit, Tenant tenant) =>
{
    var rows = await tenant.Db.Messages.Where(message => message.ChatId == id)
        .OrderBy(message => message.CreatedAt).ThenBy(message => message.Id).Take((limit ?? 20) + 1).ToListAsync();
    return rows.Count > 0 || await tenant.Db.Chats.AnyAsync(chat => chat.Id == id) ? Results.Ok(Page(rows, limit ?? 20, message => $"{message.CreatedAt:O} {message.Id}")) : Results.NotFound();
});

chats.MapPost("/{id:guid}/messages", async (Guid id, NewMessage posted, Tenant tenant) =>
{
    if (!await tenant.Db.Chats.AnyAsync(chat => chat.Id == id && (chat.OrganizationId == null ? chat.UserId == tenant.Person : chat.OrganizationId == tenant.Organization)))
    {
        return Results.NotFound();
    }

    var message = new Message
    {
        Id = Guid.NewGuid(),
        ChatId = id,
        UserId = tenant.Person,
        Role = posted.Role,
        Parts = posted.Parts,
        Attachments = posted.Attachments ?? JsonDocument.Parse("[]").RootElement,
    };
    tenant.Db.Add(message);
    await tenant.Db.SaveChangesAsync();
    return Results.Created($"/messages/{message.Id}", message);
});

app.Run();

static object Page<T>(List<T> rows, int limit, Func<T, string> cursor) => new
{
    Items = rows.Take(limit),
    NextCursor = rows.Count > limit ? Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(cursor(rows[limit - 1]))) : null,
};

namespace RlsChat.Bench.Usual
{
    internal static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{operation} {duration} {status} {userId}")]
        public static partial void Request(ILogger log, string operation, double duration, int status, string? userId);
    }

    internal sealed record NewMessage(string Role, JsonElement Parts, JsonElement? Attachments);

    internal sealed class Chat
    {
        public Guid Id { get; set; }
        public string Title { get; set; } = "";
        public string Visibility { get; set; } = "";
        public Guid UserId { get; set; }
        public Guid? OrganizationId { get; set; }
        public DateTime CreatedAt { get; set; }
        public int Version { get; set; }
    }

    internal sealed class Message
    {
        public Guid Id { get; set; }
        public Guid ChatId { get; set; }
        public Guid? UserId { get; set; }
        public string Role { get; set; } = "";
        public JsonElement Parts { get; set; }
        public JsonElement Attachments { get; set; }
        public DateTime CreatedAt { get; set; }
        public int Version { get; set; }
        internal Chat? Chat { get; set; }
    }

    /// <summary>Who is asking, as the token says; sets the filter of the pooled context.</summary>
    internal sealed class Tenant
    {
        public Tenant(Db db, IHttpContextAccessor http)
        {
            var user = http.HttpContext!.User;
            (Db, Person, Organization) = (db, Guid.Parse(user.FindFirst("sub")!.Value), Guid.Parse(user.FindFirst("org")!.Value));
            (db.Person, db.Organization) = (Person, Organization);
        }

        public Db Db { get; }

        public Guid Person { get; }

        public Guid Organization { get; }
    }

    internal sealed class Db(DbContextOptions<Db> options) : DbContext(options)
    {
        public Guid Person { get; set; }

        public Guid Organization { get; set; }

        public DbSet<Chat> Chats => Set<Chat>();

        public DbSet<Message> Messages => Set<Message>();

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Chat>(chat =>
            {
                chat.ToTable("Chat", "public");
                chat.HasQueryFilter(c => (c.UserId == Person && c.OrganizationId == null) || c.OrganizationId == Organization || c.Visibility == "public");
            });
            modelBuilder.Entity<Message>(message =>
            {
                message.ToTable("Message", "public");
                message.HasOne(m => m.Chat).WithMany().HasForeignKey(m => m.ChatId);
                message.Property(m => m.CreatedAt).ValueGeneratedOnAdd();
                message.Property(m => m.Version).ValueGeneratedOnAdd();
                message.Property(m => m.Parts).HasColumnType("json");
                message.Property(m => m.Attachments).HasColumnType("json");
                message.HasQueryFilter(m => (m.Chat!.UserId == Person && m.Chat.OrganizationId == null)
                    || m.Chat.OrganizationId == Organization || m.Chat.Visibility == "public");
            });
            foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties())
                .Where(property => property.ClrType == typeof(DateTime)))
            {
                property.SetColumnType("timestamp(3) without time zone");
            }

            foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
            {
                property.SetColumnName(char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);
            }
        }
    }
}
