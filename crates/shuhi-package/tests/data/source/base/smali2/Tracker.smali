.class public Ljp/example/fumei/tracker/Tracker;
.super Ljava/lang/Object;
.source "Tracker.java"
.method public constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "track.fumei.example.jp"
    return-void
.end method
