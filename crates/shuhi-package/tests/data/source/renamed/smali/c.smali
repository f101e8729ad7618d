.class public Lc;
.super Ljava/lang/Object;
